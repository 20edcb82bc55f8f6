import { useApiMutation } from '../../api/use-api-mutation.ts';
import { graphql } from '../../gql/index.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import styles from './erase-user.module.css';
import { type ChangeDialogProps, refusalOf, useRefusal } from './user-change.ts';

const ERASE = graphql(/* GraphQL */ `
  mutation EraseUser($input: EraseUserInput!) {
    eraseUser(input: $input) {
      __typename
      ... on UserSuccess {
        user {
          id
          externalId
          erasedAt
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

export function EraseUser({ user, open, onClose }: ChangeDialogProps) {
  const [erase, busy] = useApiMutation(ERASE);
  const { refusal, setRefusal, close } = useRefusal(onClose);
  const toast = useToast();

  async function confirm() {
    const answer = await erase({ input: { id: user.id } });
    const refused = refusalOf(answer, answer.data?.eraseUser);
    setRefusal(refused);
    if (refused !== undefined) return;
    toast('The user is erased.');
    close();
  }

  return (
    <ConfirmDialog
      open={open}
      onClose={close}
      title={`Erase user ${user.externalId}?`}
      action="Erase for ever"
      typed={user.externalId}
      busy={busy}
      error={refusal}
      onConfirm={() => void confirm()}
      consequence={<WhatErasingDoes />}
    />
  );
}

function WhatErasingDoes() {
  return (
    <div className={styles['lists']}>
      <p>This cannot be undone.</p>
      <h3>What is removed</h3>
      <ul>
        <li>The external id.</li>
        <li>Of its sessions: labels, instructions, tools and the rest of the config.</li>
        <li>Of the audit trail: the names, addresses, user agents and reasons.</li>
      </ul>
      <h3>What remains</h3>
      <ul>
        <li>Times, numbers and costs, and the audit trail, which can still be verified.</li>
        <li>Secrets that were handed out work until they expire.</li>
        <li>
          The same external id would be a new user. Block the person at your identity provider if it must not
          come back.
        </li>
      </ul>
    </div>
  );
}
