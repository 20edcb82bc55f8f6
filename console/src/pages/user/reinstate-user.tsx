import { useApiMutation } from '../../api/use-api-mutation.ts';
import { graphql } from '../../gql/index.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { type ChangeDialogProps, refusalOf, useRefusal } from './user-change.ts';

const REINSTATE = graphql(/* GraphQL */ `
  mutation ReinstateUser($input: ReinstateUserInput!) {
    reinstateUser(input: $input) {
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

export function ReinstateUser({ user, open, onClose }: ChangeDialogProps) {
  const [reinstate, busy] = useApiMutation(REINSTATE);
  const { refusal, setRefusal, close } = useRefusal(onClose);
  const toast = useToast();

  async function confirm() {
    const answer = await reinstate({ input: { id: user.id } });
    const refused = refusalOf(answer, answer.data?.reinstateUser);
    setRefusal(refused);
    if (refused !== undefined) return;
    toast(`${user.externalId} is reinstated.`);
    close();
  }

  return (
    <ConfirmDialog
      open={open}
      onClose={close}
      title={`Reinstate user ${user.externalId}?`}
      action="Reinstate"
      danger={false}
      busy={busy}
      error={refusal}
      onConfirm={() => void confirm()}
      consequence="Sessions can be issued for this user again, as far as its quotas and budget allow."
    />
  );
}
