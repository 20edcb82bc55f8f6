import type { AuditEventFilter } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/count.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import styles from './export-buttons.module.css';
import { MAX_EXPORTED } from './export-events.ts';
import { type ExportState, useExport } from './use-export.ts';

/** Saves all that the filter matches, on all pages, as a file. */
export function ExportButtons({
  filter,
  withSessions,
}: {
  readonly filter: AuditEventFilter | null;
  readonly withSessions: boolean;
}) {
  const { state, start, cancel, dismiss } = useExport(filter, withSessions);
  const running = state.kind === 'running';
  return (
    <>
      <Button size="small" disabled={running} onClick={() => void start('csv')}>
        Export CSV
      </Button>
      <Button size="small" disabled={running} onClick={() => void start('ndjson')}>
        Export NDJSON
      </Button>
      {state.kind !== 'idle' && (
        <div className={styles['state']}>
          <span role="status">{inWords(state)}</span>
          {running ? (
            <Button size="small" onClick={cancel}>
              Cancel
            </Button>
          ) : (
            <Button size="small" variant="quiet" onClick={dismiss}>
              Dismiss
            </Button>
          )}
          {state.kind === 'ended' && state.end.kind === 'failed' && <ErrorNote error={state.end.error} />}
        </div>
      )}
    </>
  );
}

function inWords(state: Exclude<ExportState, { kind: 'idle' }>): string {
  const written = formatCount(state.written, 'event');
  if (state.kind === 'running') return `Reading: ${written} so far`;
  switch (state.end.kind) {
    case 'complete':
      return `Saved ${written}. That is all that matched.`;
    case 'full':
      return `Saved the newest ${written}, and there are more: ${formatCount(MAX_EXPORTED)} is the most that this page exports. Narrow the time, or use “gatehouse audit export”.`;
    case 'cancelled':
      return 'Cancelled. Nothing was saved.';
    case 'failed':
      return `Failed after ${written}. Nothing was saved.`;
    default:
      return state.end satisfies never;
  }
}
