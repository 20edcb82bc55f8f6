import { formatDuration, formatExact } from '../../ui/format-time.ts';
import { useZone } from '../../ui/preferences.ts';
import { Tooltip } from '../../ui/tooltip.tsx';
import { useNow } from '../../ui/use-now.ts';
import styles from './sessions.module.css';

type Props = {
  readonly expiresAt: string;
  /** By the clock of the database, at the time of the answer. */
  readonly expiresInSeconds: number;
  /** When that was answered, by the browser's clock. */
  readonly answeredAt: number;
};

/** What is left of a secret. It counts on from what the gateway answered, so the browser's clock may be wrong. */
export function Expiry({ expiresAt, expiresInSeconds, answeredAt }: Props) {
  const [zone] = useZone();
  useNow(1000);
  const left = expiresInSeconds * 1000 - (Date.now() - answeredAt);
  return (
    <Tooltip content={formatExact(Date.parse(expiresAt), zone)}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the exact time has to be reached by the keyboard */}
      <time dateTime={expiresAt} tabIndex={0} role="timer" className={styles['number']}>
        {formatDuration(left)}
      </time>
    </Tooltip>
  );
}
