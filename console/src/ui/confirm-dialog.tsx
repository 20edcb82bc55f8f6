import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react';
import type { ApiError } from '../api/api-error.ts';
import { Button } from './button.tsx';
import styles from './dialog.module.css';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { TextField } from './text-field.tsx';

export type ConfirmDialogProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  /** Names the object: "Suspend user alice?" */
  readonly title: string;
  /** What will happen, and what will not. */
  readonly consequence: ReactNode;
  /** The verb: "Suspend". */
  readonly action: string;
  /** `required` and `optional` ask for a reason; `none` does not. */
  readonly reason?: 'required' | 'optional' | 'none';
  /** What has to be typed, for what cannot be undone. */
  readonly typed?: string;
  readonly danger?: boolean;
  readonly busy?: boolean;
  readonly error?: ApiError | undefined;
  readonly children?: ReactNode;
  readonly onConfirm: (reason: string) => void;
};

const MAX_REASON = 1000;

/** Asks before something dangerous is done. It stays open until its owner closes it, so that a refusal is seen. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  consequence,
  action,
  reason = 'none',
  typed,
  danger = true,
  busy = false,
  error,
  children,
  onConfirm,
}: ConfirmDialogProps) {
  const [text, setText] = useState('');
  const [name, setName] = useState('');
  const form = useId();
  useEffect(() => {
    if (!open) return;
    setText('');
    setName('');
  }, [open]);
  const ready = (reason !== 'required' || text.trim() !== '') && (typed === undefined || name === typed);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (ready && !busy) onConfirm(text.trim());
  }

  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      description={consequence}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            variant={danger ? 'danger' : 'primary'}
            disabled={!ready}
            busy={busy}
          >
            {action}
          </Button>
        </>
      }
    >
      <form id={form} className={styles['body']} onSubmit={submit}>
        {children}
        {reason !== 'none' && (
          <TextField
            label={reason === 'required' ? 'Reason' : 'Reason (optional)'}
            hint="Kept in the audit trail. Do not write secrets."
            value={text}
            onChange={setText}
            rows={2}
            maxLength={MAX_REASON}
            required={reason === 'required'}
          />
        )}
        {typed !== undefined && (
          <TextField
            label={`Type ${typed} to confirm`}
            value={name}
            onChange={setName}
            autoComplete="off"
            mono
          />
        )}
        {error !== undefined && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}
