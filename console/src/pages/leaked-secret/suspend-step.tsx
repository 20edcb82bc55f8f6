import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import { useViewer } from '../../auth/viewer.ts';
import type { LeakedSessionFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Step } from './step.tsx';

const SUSPEND = graphql(/* GraphQL */ `
  mutation SuspendLeakingUser($input: SuspendUserInput!, $withUser: Boolean!) {
    suspendUser(input: $input) {
      __typename
      ... on Error {
        message
      }
      ... on UserSuccess {
        user {
          id
          suspendedAt @include(if: $withUser)
        }
      }
    }
  }
`);

/** Suspending the user, for those who leak on purpose. */
export function SuspendStep({ session }: { readonly session: LeakedSessionFragment }) {
  const { scopes, reach } = useViewer();
  const [suspend, busy] = useApiMutation(SUSPEND);
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [since, setSince] = useState(session.user.suspendedAt ?? null);
  const [done, setDone] = useState(false);
  const name = session.user.externalId ?? 'an erased user';

  async function confirm(reason: string) {
    const input = { id: session.user.id, ...(reason === '' ? {} : { reason }) };
    const answer = await suspend({ input, withUser: scopes.includes('USERS_READ') });
    const result = answer.data?.suspendUser;
    setError(
      result !== undefined && result.__typename !== 'UserSuccess'
        ? { message: result.message, code: result.__typename, requestId: answer.requestId }
        : answer.error,
    );
    if (result?.__typename !== 'UserSuccess') return;
    setSince(result.user.suspendedAt ?? null);
    setDone(true);
    setAsking(false);
  }

  if (since !== null)
    return (
      <Step title={`${name} is suspended`}>
        Since <RelativeTime at={since} exact />. No session is issued for this user.
      </Step>
    );
  if (done) return <Step title={`${name} is suspended`}>No session is issued for this user any more.</Step>;
  return (
    <Step title={`Suspend ${name}, if it was leaked on purpose`}>
      <p>No session is issued for a suspended user. Secrets that were handed out work until they expire.</p>
      {scopes.includes('USERS_WRITE') && reach === 'EVERYTHING' ? (
        <Button variant="danger" onClick={() => setAsking(true)}>
          Suspend user
        </Button>
      ) : (
        <p>
          Suspending needs the scope <code>USERS_WRITE</code> and the reach <code>EVERYTHING</code>.
        </p>
      )}
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Suspend ${name}?`}
        consequence="No session is issued for this user until it is reinstated. What is running goes on until it ends."
        action="Suspend"
        reason="required"
        busy={busy}
        error={error}
        onConfirm={(reason) => void confirm(reason)}
      />
    </Step>
  );
}
