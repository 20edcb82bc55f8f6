import { formatDuration, formatExact } from './format-time.ts';
import { useZone } from './preferences.ts';
import styles from './time.module.css';
import { Tooltip } from './tooltip.tsx';
import { useAtNow } from './use-now.ts';

/**
 * How long something has lasted, by the server's clock: "0:42". It goes on while there is no end.
 * @param since as the API answers it
 */
export function Elapsed({ since, until = null }: { readonly since: string; readonly until?: string | null }) {
  const [zone] = useZone();
  const start = Date.parse(since);
  const text = useAtNow(1000, (now) =>
    // Whole seconds that have passed; formatDuration rounds up, as is right for what is left.
    formatDuration(Math.floor(((until === null ? now : Date.parse(until)) - start) / 1000) * 1000),
  );
  return (
    <Tooltip content={`since ${formatExact(start, zone)}`}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time has to be reached by the keyboard */}
      <time dateTime={since} tabIndex={0} className={styles['time']} role="timer">
        {text}
      </time>
    </Tooltip>
  );
}
