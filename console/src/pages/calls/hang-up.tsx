import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import { useViewer } from '../../auth/viewer.ts';
import type { RealtimeCallStatus } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { HANG_UP } from './documents.ts';

type Props = {
  readonly call: { readonly id: string; readonly status: RealtimeCallStatus };
  /** Whose call it is; null: an erased user. */
  readonly user: string | null;
  readonly size?: 'small';
  /** The provider was asked to hang up. */
  readonly onAsked?: () => void;
};

/** Hangs up a call that is live, with a reason. Nothing for callers that may not. */
export function HangUp({ call, user, size, onAsked }: Props) {
  const { kind, scopes } = useViewer();
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [run, busy] = useApiMutation(HANG_UP);
  const toast = useToast();
  if (kind !== 'USER' && !scopes.includes('SESSIONS_REVOKE')) return null;
  const name = user ?? 'an erased user';
  const close = () => {
    setOpen(false);
    setError(undefined);
  };
  const confirm = async (reason: string) => {
    setError(undefined);
    const answer = await run({ input: { id: call.id, ...(reason !== '' && { reason }) } });
    if (answer.error !== undefined) return setError(answer.error);
    const result = answer.data?.endRealtimeCall;
    if (result === undefined) return;
    if (result.__typename === 'NotFoundError')
      return setError({ message: result.message, code: 'NOT_FOUND', requestId: answer.requestId });
    close();
    onAsked?.();
    toast(
      result.call.status === 'ENDED'
        ? 'The call has ended.'
        : 'The gateway that watches the call hangs up now.',
    );
  };
  return (
    <>
      <Button
        variant="danger"
        label={`Hang up the call of ${name}`}
        {...(size !== undefined && { size })}
        onClick={() => setOpen(true)}
      >
        Hang up…
      </Button>
      <ConfirmDialog
        open={open}
        onClose={close}
        title={`Hang up the call of ${name}?`}
        consequence={
          <p>
            The provider ends the call within about a second, for whoever speaks on it. What it used until
            then is recorded. The secret opens no other call; to keep the user from asking for another
            session, suspend the user.
          </p>
        }
        action="Hang up"
        reason={kind === 'USER' ? 'optional' : 'required'}
        busy={busy}
        error={error}
        onConfirm={(reason) => void confirm(reason)}
      />
    </>
  );
}
