import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import { useViewer } from '../../auth/viewer.ts';
import type { LeakedSessionFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { SessionStatus } from './session-status.tsx';
import { Step } from './step.tsx';

const REVOKE = graphql(/* GraphQL */ `
  mutation RevokeLeakedSession($input: RevokeRealtimeSessionInput!, $withSession: Boolean!) {
    revokeRealtimeSession(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on RevokeRealtimeSessionSuccess @include(if: $withSession) {
        session {
          id
          status
          revokedAt
        }
      }
    }
  }
`);

type Outcome = Pick<LeakedSessionFragment, 'status' | 'revokedAt'> | 'answered';

/** Revoking: what it changes and what it does not. */
export function RevokeStep({ session }: { readonly session: LeakedSessionFragment }) {
  const { scopes } = useViewer();
  const [revoke, busy] = useApiMutation(REVOKE);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [outcome, setOutcome] = useState<Outcome>(session);

  async function confirm(reason: string) {
    const input = { id: session.id, ...(reason === '' ? {} : { reason }) };
    const answer = await revoke({ input, withSession: scopes.includes('SESSIONS_READ') });
    const result = answer.data?.revokeRealtimeSession;
    if (result?.__typename === 'NotFoundError')
      return setError({ message: result.message, code: 'NOT_FOUND', requestId: null });
    setError(answer.error);
    if (result?.__typename !== 'RevokeRealtimeSessionSuccess') return;
    setOutcome(result.session ?? 'answered');
    setAsking(false);
  }

  if (outcome === 'answered')
    return <Step title="Revoke the session">Done: the session is revoked, or had ended before.</Step>;
  if (outcome.status === 'REVOKED' && outcome.revokedAt !== null)
    return (
      <Step title="The session is revoked">
        Since <RelativeTime at={outcome.revokedAt} exact />. It counts against the user's quota until the
        secret expires.
      </Step>
    );
  if (outcome.status !== 'ACTIVE' && outcome.status !== 'PENDING')
    return (
      <Step title="The session need not be revoked">
        <span>
          It is <SessionStatus status={outcome.status} />, so its secret opens no connection any more.
        </span>
      </Step>
    );
  return (
    <Step title="Revoke the session">
      <span>
        Gatehouse marks it as revoked and tells those who watch. The provider has no way to take a secret
        back, so it opens connections until it expires.
      </span>
      {scopes.includes('SESSIONS_REVOKE') ? (
        <Button variant="danger" onClick={() => setAsking(true)}>
          Revoke session
        </Button>
      ) : (
        <span>
          Revoking needs the scope <code>SESSIONS_REVOKE</code>.
        </span>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Revoke this session of ${session.user.externalId ?? 'an erased user'}?`}
        consequence="It cannot be undone. The secret opens connections until it expires, because no provider takes secrets back."
        action="Revoke"
        reason="optional"
        busy={busy}
        error={error}
        onConfirm={(reason) => void confirm(reason)}
      />
    </Step>
  );
}
