import { type ReactNode, useId } from 'react';
import styles from './meter.module.css';

/**
 * How much of a limit is used: a quota or a budget. At 80 % it warns, at 100 % it is used up; the text says so, too.
 * @param part what is used, from 0 to 1 or more
 * @param value what is used and the limit in words: "3 of 5 sessions"
 */
export function Meter({
  label,
  part,
  value,
  note,
}: {
  readonly label: string;
  readonly part: number;
  readonly value: ReactNode;
  /** When it frees up, or why there is no limit. */
  readonly note?: ReactNode;
}) {
  const id = useId();
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100);
  const level = part >= 1 ? 'full' : part >= 0.8 ? 'high' : 'low';
  return (
    <div className={styles['meter']}>
      <div className={styles['texts']}>
        <span id={id} className={styles['label']}>
          {label}
        </span>
        <span>
          {value}
          {level === 'full' && <strong className={styles['full']}> · used up</strong>}
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: browsers draw the element's own bar each in their way */}
      <div
        role="meter"
        aria-labelledby={id}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        className={styles['track']}
      >
        <div className={styles['bar']} data-level={level} style={{ width: `${percent}%` }} />
      </div>
      {note !== undefined && <div className={styles['note']}>{note}</div>}
    </div>
  );
}
