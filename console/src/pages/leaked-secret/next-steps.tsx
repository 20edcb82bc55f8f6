import { Link } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import type { LeakedSessionFragment } from '../../gql/graphql.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useNow } from '../../ui/use-now.ts';
import styles from './next-steps.module.css';
import { type RevokedState, RevokeStep } from './revoke-step.tsx';
import { Step } from './step.tsx';
import { SuspendStep } from './suspend-step.tsx';

/** What to do about a leak, in the order in which it helps. */
export function NextSteps({
  session,
  onRevoked,
}: {
  readonly session: LeakedSessionFragment;
  readonly onRevoked: (state: RevokedState) => void;
}) {
  const { scopes } = useViewer();
  const now = useNow(1000);
  const { exposedUntil, user } = session;
  const exposed = exposedUntil !== null && Date.parse(exposedUntil) > now;
  return (
    <section className={styles['card']} aria-labelledby="leaked-next">
      <h2 id="leaked-next">Next steps</h2>
      <ol className={styles['steps']}>
        <RevokeStep session={session} onRevoked={onRevoked} />
        <SuspendStep session={session} />
        <Step title={exposed ? 'Wait, and watch what it costs' : 'Nothing can be running any more'}>
          {exposedUntil === null ? (
            'No secret was handed out for this session.'
          ) : exposed ? (
            <>
              A connection that was opened with the secret may run until{' '}
              <RelativeTime at={exposedUntil} exact />, for another{' '}
              <Countdown to={exposedUntil} ended="moment" />. No provider can end it sooner for Gatehouse.
            </>
          ) : (
            <>
              The last connection that the secret can have opened ended at{' '}
              <RelativeTime at={exposedUntil} exact /> at the latest.
            </>
          )}
        </Step>
        <Step title="See what was done">
          <span className={styles['links']}>
            <Link to="/audit" search={{ sessionId: session.id }}>
              Audit events of this session
            </Link>
            {scopes.includes('USERS_READ') && (
              <Link to="/users/$id" params={{ id: user.id }}>
                The user, with its other sessions and its usage
              </Link>
            )}
          </span>
        </Step>
      </ol>
    </section>
  );
}
