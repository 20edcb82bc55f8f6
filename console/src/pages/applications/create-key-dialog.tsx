import { useId, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import type { SecretBox } from '../../ui/secret-box.ts';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { KeyForm } from './key-form.tsx';

/** Makes a key for an application, and shows its value once. */
export function CreateKeyDialog({
  application,
  open,
  onClose,
  onChanged,
}: {
  readonly application: { readonly id: string; readonly name: string };
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}) {
  const form = useId();
  const [busy, setBusy] = useState(false);
  const [created, setCreated] = useState<SecretBox | null>(null);

  if (created !== null)
    return (
      <Dialog open wide dismissible={false} onClose={() => {}} title={`The new key of ${application.name}`}>
        <ShownOnce
          secret={created}
          label="API key"
          note={
            <p>
              Send it as <code>Authorization: Bearer …</code>. Keep it where your backend keeps its secrets,
              never in a browser or an app.
            </p>
          }
          onStored={() => {
            setCreated(null);
            onClose();
          }}
        />
      </Dialog>
    );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      wide
      title={`New key for ${application.name}`}
      description="What a key allows cannot be changed later. Give it no more than it needs; another key is quickly made."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} variant="primary" busy={busy}>
            Create key
          </Button>
        </>
      }
    >
      <KeyForm
        id={form}
        applicationId={application.id}
        onBusy={setBusy}
        onCreated={(box) => {
          setCreated(box);
          onChanged();
        }}
      />
    </Dialog>
  );
}
