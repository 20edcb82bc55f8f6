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

/** What the answer says of the session; nothing for callers who may not read sessions. */
export type RevokedState = Partial<Pick<LeakedSessionFragment, 'status' | 'revokedAt'>>;

/** Revoking: what it changes and what it does not. */
export function RevokeStep({
  session,
  onRevoked,
}: {
  readonly session: LeakedSessionFragment;
  readonly onRevoked: (state: RevokedState) => void;
}) {
  const { scopes } = useViewer();
  const [revoke, busy] = useApiMutation(REVOKE);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [done, setDone] = useState(false);

  async function confirm(reason: string) {
    const input = { id: session.id, ...(reason === '' ? {} : { reason }) };
    const answer = await revoke({ input, withSession: scopes.includes('SESSIONS_READ') });
    const result = answer.data?.revokeRealtimeSession;
    if (result?.__typename === 'NotFoundError')
      return setError({ message: result.message, code: 'NOT_FOUND', requestId: answer.requestId });
    setError(answer.error);
    if (result?.__typename !== 'RevokeRealtimeSessionSuccess') return;
    setDone(true);
    onRevoked(result.session ?? {});
    setAsking(false);
  }

  if (session.status === 'REVOKED' && session.revokedAt !== null)
    return (
      <Step title="The session is revoked">
        Since <RelativeTime at={session.revokedAt} exact />. It counts against the user's quota until the
        secret expires.
      </Step>
    );
  if (done)
    return (
      <Step title="The session is revoked">By this request or an earlier one, or it had ended before.</Step>
    );
  if (session.status !== 'ACTIVE' && session.status !== 'PENDING')
    return (
      <Step title="The session need not be revoked">
        <p>
          It is <SessionStatus status={session.status} />, so its secret opens no connection any more.
        </p>
      </Step>
    );
  return (
    <Step title="Revoke the session">
      <p>
        Gatehouse marks it as revoked and tells those who watch. The provider has no way to take a secret
        back, so it opens connections until it expires.
      </p>
      {scopes.includes('SESSIONS_REVOKE') ? (
        <Button variant="danger" onClick={() => setAsking(true)}>
          Revoke session
        </Button>
      ) : (
        <p>
          Revoking needs the scope <code>SESSIONS_REVOKE</code>.
        </p>
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
