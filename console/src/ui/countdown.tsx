import { formatDuration, formatExact } from './format-time.ts';
import { useZone } from './preferences.ts';
import styles from './time.module.css';
import { Tooltip } from './tooltip.tsx';
import { useAtNow } from './use-now.ts';

/**
 * What is left until a time, by the server's clock: "0:42".
 * @param ended shown when nothing is left
 */
export function Countdown({ to, ended = 'expired' }: { readonly to: string; readonly ended?: string }) {
  const [zone] = useZone();
  const end = Date.parse(to);
  const text = useAtNow(1000, (now) => (end > now ? formatDuration(end - now) : ended));
  return (
    <Tooltip content={formatExact(end, zone)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time has to be reached by the keyboard */}
      <time dateTime={to} tabIndex={0} className={styles['time']} role="timer">
        {text}
      </time>
    </Tooltip>
  );
}
