import type { ApiError } from '../api/api-error.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { CopyButton } from './copy-button.tsx';
import styles from './note.module.css';

/** What went wrong, under which id the gateway's log has it, and how to try again. */
export function ErrorNote({ error, onRetry }: { readonly error: ApiError; readonly onRetry?: () => void }) {
  return (
    <div role="alert" className={classes(styles['note'], styles['bad'])}>
      <p className={styles['title']}>{error.message}</p>
      {error.requestId !== null && (
        <p className={styles['id']}>
          Request <code>{error.requestId}</code> <CopyButton text={error.requestId} label="Copy request id" />
        </p>
      )}
      {onRetry !== undefined && (
        <Button size="small" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
