import { useApiQuery } from '../../api/use-api-query.ts';
import { useHasScope, useViewer } from '../../auth/viewer.ts';
import { readFragment } from '../../gql/fragment-masking.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { actionName } from './actions.ts';
import { AUDIT_EVENT, EventFacts } from './event-facts.tsx';

const EVENT = graphql(/* GraphQL */ `
  query AuditEvent($id: ID!, $withSessions: Boolean!) {
    node(id: $id) {
      __typename
      ...AuditEventFacts
    }
  }
`);

/** One event with all that is known of it, over the listing. */
export function EventDialog({ id, onClose }: { readonly id: string | null; readonly onClose: () => void }) {
  const withSessions = useHasScope('SESSIONS_READ');
  const { data, error, loading, reload } = useApiQuery(
    EVENT,
    { id: id ?? '', withSessions },
    { pause: id === null },
  );
  const { reach } = useViewer();
  const node = data?.node ?? null;
  const event = node?.__typename === 'AuditEvent' ? readFragment(AUDIT_EVENT, node) : null;
  return (
    <Dialog
      open={id !== null}
      onClose={onClose}
      wide
      title={event === null ? 'Audit event' : actionName(event.action)}
      actions={<Button onClick={onClose}>Close</Button>}
    >
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {loading && <Skeleton width="20em" height="12em" />}
      {event !== null && <EventFacts event={event} />}
      {!loading && error === undefined && event === null && (
        <EmptyState title="There is no such event">
          {reach === 'EVERYTHING'
            ? 'Retention may have dropped it, or the address is cut off.'
            : 'It may be outside the reach of your credential.'}
        </EmptyState>
      )}
    </Dialog>
  );
}
