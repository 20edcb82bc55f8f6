import { Link } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { readFragment } from '../../gql/index.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { StatusBadge } from '../sessions/status-badge.tsx';
import { Call } from './call.tsx';
import { Exposure } from './exposure.tsx';
import { Failure } from './failure.tsx';
import { Record } from './record.tsx';
import { Revoke } from './revoke.tsx';
import { Secret } from './secret.tsx';
import styles from './session.module.css';
import { SESSION_FIELDS } from './session-fields.ts';
import { SESSION_SUMMARY } from './summary-fields.ts';
import { SESSION_USAGE, Usage } from './usage.tsx';
import { useSession } from './use-session.ts';
import { Views } from './views.tsx';

export function Session({ id }: { readonly id: string }) {
  const { kind, scopes } = useViewer();
  const may = (scope: (typeof scopes)[number]) => kind === 'USER' || scopes.includes(scope);
  const withUsage = may('USAGE_READ');
  const { data, error, loading, reload, version, answeredAt, stream } = useSession(id, withUsage);
  const node = data?.realtimeSession;
  if (node == null)
    return (
      <>
        <PageHeader title="Session" />
        {error !== undefined ? (
          <ErrorNote error={error} onRetry={reload} />
        ) : loading ? (
          <Loading />
        ) : (
          <EmptyState
            title="There is no such session, or you may not see it"
            action={<Link to="/sessions">All sessions</Link>}
          >
            Check the id. Sessions of months that retention dropped are gone, too.
          </EmptyState>
        )}
      </>
    );
  const session = readFragment(SESSION_SUMMARY, node);
  const usage = withUsage ? readFragment(SESSION_USAGE, node)?.usage : undefined;
  const canBeRevoked = session.status === 'ACTIVE' || session.status === 'PENDING';
  return (
    <>
      <PageHeader
        title={`Session of ${session.user.externalId ?? 'an erased user'}`}
        description={
          <>
            <StatusBadge status={session.status} /> {session.model} at {session.provider}
            {stream === 'reconnecting' && ' · Not live: reconnecting …'}
          </>
        }
        actions={canBeRevoked && may('SESSIONS_REVOKE') && <Revoke session={session} onRevoked={reload} />}
      />
      <div className={styles['page']}>
        {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
        {session.failure !== null && <Failure failure={session.failure} />}
        <div className={styles['cards']}>
          <section className={styles['card']} aria-labelledby="exposure">
            <h2 id="exposure">What may be running</h2>
            <Exposure session={session} />
            <Secret session={session} answeredAt={answeredAt} />
          </section>
          {session.call !== null && (
            <section className={styles['card']} aria-labelledby="call">
              <h2 id="call">Call</h2>
              <Call session={session} call={session.call} usage={usage} onChanged={reload} />
            </section>
          )}
          <section className={styles['card']} aria-labelledby="record">
            <h2 id="record">Record</h2>
            <Record session={session} />
          </section>
          {usage != null && (
            <section className={styles['card']} aria-labelledby="usage">
              <h2 id="usage">Usage and cost</h2>
              <Usage usage={usage} />
            </section>
          )}
        </div>
        <Views id={id} session={readFragment(SESSION_FIELDS, node)} version={version} />
      </div>
    </>
  );
}

function Loading() {
  return (
    <div className={styles['cards']} aria-busy="true">
      <Skeleton width="100%" height="14rem" />
      <Skeleton width="100%" height="14rem" />
      <Skeleton width="100%" height="14rem" />
    </div>
  );
}
