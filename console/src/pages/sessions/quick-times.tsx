import { serverNow } from '../../api/server-clock.ts';
import { Button } from '../../ui/button.tsx';
import { classes } from '../../ui/classes.ts';
import type { ChangeSearch } from './filter.ts';
import styles from './filters.module.css';

const HOUR = 3_600_000;
const SPANS = [
  { label: 'Last hour', ms: HOUR },
  { label: 'Last 24 hours', ms: 24 * HOUR },
  { label: 'Last 7 days', ms: 7 * 24 * HOUR },
] as const;

/** Times that are asked for often. They are written into the URL as times, so a shared URL means the same later. */
export function QuickTimes({ onChange }: { readonly onChange: ChangeSearch }) {
  const fromNow = (ms: number) => new Date(serverNow() + ms).toISOString();
  return (
    <fieldset className={classes(styles['toggles'], styles['wide'])}>
      <legend className={styles['legend']}>Quick times</legend>
      {SPANS.map(({ label, ms }) => (
        <Button
          key={label}
          size="small"
          onClick={() => onChange({ createdFrom: fromNow(-ms), createdTo: undefined })}
        >
          {label}
        </Button>
      ))}
      <Button size="small" onClick={() => onChange({ expiresBefore: fromNow(60_000) })}>
        Expires within a minute
      </Button>
      <Button size="small" onClick={() => onChange({ exposedAfter: fromNow(0) })}>
        May run now
      </Button>
    </fieldset>
  );
}
