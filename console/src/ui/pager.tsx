import { Button } from './button.tsx';
import styles from './pager.module.css';

/** Goes through the pages of a listing. Cursors know no page numbers, so there are none. */
export function Pager({
  label,
  hasPrevious,
  hasNext,
  onFirst,
  onPrevious,
  onNext,
  shown,
  busy = false,
}: {
  /** What is listed, for readers: "Sessions". */
  readonly label: string;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly onFirst?: () => void;
  /** Undefined: the listing is only read forwards. */
  readonly onPrevious?: () => void;
  readonly onNext: () => void;
  /** What this page shows, in words: "50 sessions". */
  readonly shown?: string;
  readonly busy?: boolean;
}) {
  return (
    <nav className={styles['pager']} aria-label={`Pages of ${label}`}>
      <span className={styles['shown']} aria-live="polite">
        {shown}
      </span>
      {onFirst !== undefined && (
        <Button size="small" disabled={!hasPrevious} busy={busy} onClick={onFirst}>
          First
        </Button>
      )}
      {onPrevious !== undefined && (
        <Button size="small" disabled={!hasPrevious} busy={busy} onClick={onPrevious}>
          Previous
        </Button>
      )}
      <Button size="small" disabled={!hasNext} busy={busy} onClick={onNext}>
        Next
      </Button>
    </nav>
  );
}
