import { type FormEvent, useId, useState } from 'react';
import type { ApiError } from '../api/api-error.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { TextField } from '../ui/text-field.tsx';
import styles from './sign-in-page.module.css';

/** @param notice why somebody who was signed in is asked again */
export function SignInPage({
  notice,
  onKey,
}: {
  readonly notice: string | null;
  readonly onKey: (key: string) => Promise<ApiError | null>;
}) {
  const [key, setKey] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const title = useId();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (key.trim() === '') return;
    setBusy(true);
    const failure = await onKey(key.trim());
    setKey('');
    setBusy(false);
    setError(failure);
  }

  return (
    <main className={styles['page']} aria-labelledby={title}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        <h1 id={title} className={styles['title']}>
          Sign in to Gatehouse
        </h1>
        {notice !== null && (
          <p role="status" className={styles['notice']}>
            {notice}
          </p>
        )}
        <TextField
          label="API key or root key"
          type="password"
          value={key}
          onChange={setKey}
          autoComplete="off"
          autoFocus
          hint="It stays in this page's memory only: closing or reloading the page signs you out."
        />
        {error !== null && (
          <ErrorNote
            error={
              error.code === 'UNAUTHENTICATED'
                ? {
                    ...error,
                    message: 'The gateway does not know this key. Check that it is complete and not revoked.',
                  }
                : error
            }
          />
        )}
        <Button type="submit" variant="primary" busy={busy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}
