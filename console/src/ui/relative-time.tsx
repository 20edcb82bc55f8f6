import { formatExact, formatRelative } from './format-time.ts';
import { useZone } from './preferences.ts';
import styles from './time.module.css';
import { Tooltip } from './tooltip.tsx';
import { useAtNow } from './use-now.ts';

/**
 * A time as people say it, by the server's clock; on hover and focus exactly, in the zone that the shell is set to.
 * @param at as the API answers it
 * @param exact shows the exact time, and the relative one on hover
 */
export function RelativeTime({ at, exact = false }: { readonly at: string; readonly exact?: boolean }) {
  const [zone] = useZone();
  const instant = Date.parse(at);
  const relative = useAtNow(1000, (now) => formatRelative(instant, now));
  const texts = [relative, formatExact(instant, zone)] as const;
  return (
    <Tooltip content={exact ? texts[0] : texts[1]}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time has to be reached by the keyboard */}
      <time dateTime={at} tabIndex={0} className={styles['time']}>
        {exact ? texts[1] : texts[0]}
      </time>
    </Tooltip>
  );
}
