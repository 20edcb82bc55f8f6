import type { SessionSummaryFragment } from '../../gql/graphql.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useNow } from '../../ui/use-now.ts';

/** What may still come of the session's secret, and until when. Says no more than is known. */
export function Exposure({ session }: { readonly session: SessionSummaryFragment }) {
  const { status, exposedUntil, clientSecret, connection } = session;
  const now = useNow(10_000);
  if (connection === 'BROKERED') return <BrokeredExposure session={session} />;
  if (exposedUntil === null) return <p>No secret exists, so nothing can be running.</p>;
  const until = <RelativeTime at={exposedUntil} exact />;
  if (Date.parse(exposedUntil) < now)
    return <p>Nothing that was opened with the secret can be running any more, since {until}.</p>;
  const expires = clientSecret === null ? null : <RelativeTime at={clientSecret.expiresAt} exact />;
  switch (status) {
    case 'PENDING':
      return (
        <p>The provider has not answered yet. If it issues a secret, something may run until {until}.</p>
      );
    case 'UNCONFIRMED':
      return (
        <p>
          A secret may exist at the provider, but Gatehouse returned it to nobody. Something may run until{' '}
          {until}.
        </p>
      );
    case 'ACTIVE':
      return (
        <p>
          The secret opens connections until it expires: {expires}. Something may run until {until}.
        </p>
      );
    case 'REVOKED':
      if (clientSecret === null)
        return (
          <p>
            Revoked before a secret was returned to anybody. The provider may have made one, so something may
            run until {until}.
          </p>
        );
      return clientSecret.isExpired ? (
        <p>The secret opens no connection any more. What it opened before may run until {until}.</p>
      ) : (
        <p>
          Revoked here, but the provider accepts the secret until it expires: {expires}. Something may run
          until {until}.
        </p>
      );
    case 'EXPIRED':
      return <p>The secret opens no connection any more. What it opened before may run until {until}.</p>;
    case 'FAILED':
      return <p>No secret exists, so nothing can be running.</p>;
    default:
      return status satisfies never;
  }
}

/** Gatehouse knows of the call that it opened, so more can be said. */
function BrokeredExposure({
  session: { call, clientSecret, status },
}: {
  readonly session: SessionSummaryFragment;
}) {
  if (call === null) {
    const isUsable = status === 'ACTIVE' && clientSecret !== null;
    return isUsable ? (
      <p>
        Nothing is running. The secret opens one call, until{' '}
        <RelativeTime at={clientSecret.expiresAt} exact />.
      </p>
    ) : (
      <p>Nothing is running: the secret opened no call, and opens none any more.</p>
    );
  }
  switch (call.status) {
    case 'CONNECTING':
      return <p>The call is being opened. The secret is used up.</p>;
    case 'LIVE':
      return (
        <p>
          The call is running. Gatehouse ends it{' '}
          {call.deadlineAt === null ? (
            'at its deadline'
          ) : (
            <>
              at <RelativeTime at={call.deadlineAt} exact />
            </>
          )}{' '}
          at the latest. The secret is used up.
        </p>
      );
    case 'UNCERTAIN':
      return <p>A call may be running that nobody can hang up. The secret is used up.</p>;
    case 'ENDED':
      return <p>Nothing is running any more: the call has ended, and the secret is used up.</p>;
    default:
      return call.status satisfies never;
  }
}
