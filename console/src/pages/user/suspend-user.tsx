import { useApiMutation } from '../../api/use-api-mutation.ts';
import { graphql } from '../../gql/index.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { formatCount } from '../../ui/count.tsx';
import { useToast } from '../../ui/toast.tsx';
import { type ChangeDialogProps, refusalOf, useRefusal } from './user-change.ts';

const SUSPEND = graphql(/* GraphQL */ `
  mutation SuspendUser($input: SuspendUserInput!) {
    suspendUser(input: $input) {
      __typename
      ... on UserSuccess {
        user {
          id
          suspendedAt
        }
      }
      ... on Error {
        message
      }
      ... on InvalidInputError {
        issues {
          path
          message
        }
      }
    }
  }
`);

export function SuspendUser({ user, open, onClose }: ChangeDialogProps) {
  const [suspend, busy] = useApiMutation(SUSPEND);
  const { refusal, setRefusal, close } = useRefusal(onClose);
  const toast = useToast();

  async function confirm(reason: string) {
    const answer = await suspend({ input: { id: user.id, reason } });
    const refused = refusalOf(answer, answer.data?.suspendUser);
    setRefusal(refused);
    if (refused !== undefined) return;
    toast(`${user.externalId} is suspended.`);
    close();
  }

  return (
    <ConfirmDialog
      open={open}
      onClose={close}
      title={`Suspend user ${user.externalId}?`}
      action="Suspend"
      reason="required"
      busy={busy}
      error={refusal}
      onConfirm={(reason) => void confirm(reason)}
      consequence={
        <ul>
          <li>No new session is issued for this user, through any application.</li>
          <li>
            {user.activeSessionCount === 0
              ? 'No session is live now.'
              : `${formatCount(user.activeSessionCount, 'session')} of this user stay live: secrets that were handed out work until they expire. Revoke them one by one.`}
          </li>
          <li>It can be taken back with Reinstate.</li>
        </ul>
      }
    />
  );
}
