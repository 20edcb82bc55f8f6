import { type FormEvent, useId, useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useToast } from '../../ui/toast.tsx';

const CREATE = graphql(/* GraphQL */ `
  mutation RegisterApplication($input: CreateApplicationInput!) {
    createApplication(input: $input) {
      __typename
      ... on InvalidInputError {
        message
        issues {
          path
          message
        }
      }
      ... on CreateApplicationSuccess {
        application {
          id
          name
        }
      }
    }
  }
`);

const MAX_NAME = 200;

/** Registers an application. What it may do is decided by its keys. */
export function CreateApplicationDialog({
  open,
  onClose,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
}) {
  const form = useId();
  const say = useToast();
  const [create, busy] = useApiMutation(CREATE);
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<ApiError>();

  function close() {
    setName('');
    setProblem(null);
    setError(undefined);
    onClose();
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (name.trim() === '') return setProblem('Give it a name.');
    const answer = await create({ input: { name: name.trim() } });
    const result = answer.data?.createApplication;
    setError(answer.error);
    if (result?.__typename === 'InvalidInputError')
      setProblem(result.issues.map(({ message }) => `The name ${message}.`).join(' '));
    if (result?.__typename !== 'CreateApplicationSuccess') return;
    say(`${result.application.name} is registered. It can do nothing until it has a key.`);
    close();
  }

  return (
    <Dialog
      open={open}
      onClose={close}
      title="New application"
      description="A backend, a dashboard or a tool. It can do nothing until it has a key, and its name cannot be changed."
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            Register
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)}>
        <TextField
          label="Name"
          value={name}
          onChange={(next) => {
            setName(next);
            setProblem(null);
          }}
          error={problem}
          maxLength={MAX_NAME}
          autoComplete="off"
          autoFocus
        />
        {error !== undefined && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}
