import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import { useApiMutation } from '../../api/use-api-mutation.ts';
import type { SessionSummaryFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { REVOKE_SESSION } from './documents.ts';
import styles from './session.module.css';

type Props = {
  readonly session: SessionSummaryFragment;
  /** Reads the session again. */
  readonly onRevoked: () => void;
};

/** Revokes a session that has not ended, after it has said what that does not do. */
export function Revoke({ session, onRevoked }: Props) {
  const [open, setOpen] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [run, busy] = useApiMutation(REVOKE_SESSION);
  const toast = useToast();
  const close = () => {
    setOpen(false);
    setError(undefined);
  };
  const confirm = async (reason: string) => {
    setError(undefined);
    const answer = await run({ input: { id: session.id, reason } });
    if (answer.error !== undefined) return setError(answer.error);
    const result = answer.data?.revokeRealtimeSession;
    if (result === undefined) return;
    if (result.__typename === 'NotFoundError')
      return setError({ message: result.message, code: 'NOT_FOUND', requestId: answer.requestId });
    close();
    onRevoked();
    toast(
      result.session.status === 'REVOKED'
        ? 'The session is revoked.'
        : 'The session had ended before. Nothing was changed.',
    );
  };
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Revoke…
      </Button>
      <ConfirmDialog
        open={open}
        onClose={close}
        title={`Revoke the session of ${session.user.externalId ?? 'an erased user'}?`}
        consequence={<Consequence session={session} />}
        action="Revoke"
        reason="required"
        busy={busy}
        error={error}
        onConfirm={(reason) => void confirm(reason)}
      />
    </>
  );
}

function Consequence({
  session: { status, connection, clientSecret, exposedUntil },
}: {
  readonly session: SessionSummaryFragment;
}) {
  if (connection === 'BROKERED')
    return (
      <div className={styles['consequence']}>
        <p>It is marked as revoked here and in the audit trail, with your reason. That cannot be undone.</p>
        <p>
          Its secret opens nothing any more, and its call is hung up at once. The user can still ask for
          another session: suspend the user for that.
        </p>
      </div>
    );
  if (status === 'PENDING')
    return (
      <p>
        The session is still being issued. Its secret will be dropped and returned to nobody. The provider may
        have made it nevertheless.
      </p>
    );
  return (
    <div className={styles['consequence']}>
      <p>It is marked as revoked here and in the audit trail, with your reason. That cannot be undone.</p>
      <p>
        <strong>Providers offer no way to revoke a client secret.</strong> Revoking does not
      </p>
      <ul>
        {clientSecret !== null && (
          <li>
            stop the secret: whoever has it can open connections until it expires,{' '}
            <RelativeTime at={clientSecret.expiresAt} exact />
          </li>
        )}
        {exposedUntil !== null && (
          <li>
            end a connection: something may run until <RelativeTime at={exposedUntil} exact />
          </li>
        )}
        <li>free the user’s quota before the secret expires</li>
        <li>keep the user from asking for another session: suspend the user for that</li>
      </ul>
    </div>
  );
}
