import { type FormEvent, useEffect, useId, useState } from 'react';
import type { ApiError } from '../api/api-error.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { TextField } from '../ui/text-field.tsx';
import { leave } from './arrive.ts';
import { type OidcSettings, oidcSettings } from './settings.ts';
import styles from './sign-in-page.module.css';

/**
 * @param arriving somebody has just come back from the identity provider
 * @param notice why somebody who was signed in is asked again
 * @param error why signing in at the identity provider failed
 */
export function SignInPage({
  arriving,
  notice,
  error: arrivalError,
  onKey,
}: {
  readonly arriving: boolean;
  readonly notice: string | null;
  readonly error: ApiError | null;
  readonly onKey: (key: string) => Promise<ApiError | null>;
}) {
  const [error, setError] = useState<ApiError | null>(null);
  const oidc = useOidcSettings();
  const title = useId();
  useEffect(() => {
    document.title = 'Sign in · Gatehouse';
  }, []);
  const shown = error ?? arrivalError;

  return (
    <main className={styles['page']} aria-labelledby={title}>
      <div className={styles['card']}>
        <h1 id={title} className={styles['title']}>
          Sign in to Gatehouse
        </h1>
        {notice !== null && (
          <p role="status" className={styles['notice']}>
            {notice}
          </p>
        )}
        {shown !== null && <ErrorNote error={shown} />}
        {arriving && <p role="status">Signing you in …</p>}
        {!arriving && oidc !== undefined && (
          <>
            {oidc !== null && <ProviderButton oidc={oidc} onError={setError} />}
            <KeyForm main={oidc === null} onKey={onKey} onError={setError} />
          </>
        )}
      </div>
    </main>
  );
}

function ProviderButton({
  oidc,
  onError,
}: {
  readonly oidc: OidcSettings;
  readonly onError: (error: ApiError) => void;
}) {
  const [busy, setBusy] = useState(false);
  async function go() {
    setBusy(true);
    onError(await leave(oidc));
    setBusy(false);
  }
  return (
    <>
      <Button variant="primary" busy={busy} onClick={() => void go()}>
        Sign in with {new URL(oidc.issuer).host}
      </Button>
      <p className={styles['or']}>or</p>
    </>
  );
}

function KeyForm({
  main,
  onKey,
  onError,
}: {
  /** It is the only way to sign in. */
  readonly main: boolean;
  readonly onKey: (key: string) => Promise<ApiError | null>;
  readonly onError: (error: ApiError | null) => void;
}) {
  const [key, setKey] = useState('');
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (key.trim() === '' || busy) return;
    setBusy(true);
    const error = await onKey(key.trim());
    if (error === null) return;
    setKey('');
    setBusy(false);
    onError(error.code === 'UNAUTHENTICATED' ? { ...error, message: UNKNOWN_KEY } : error);
  }

  return (
    <form className={styles['form']} onSubmit={(event) => void submit(event)}>
      <TextField
        label="API key or root key"
        type="password"
        value={key}
        onChange={setKey}
        autoComplete="off"
        autoFocus={main}
        hint="It stays in this page's memory only: closing or reloading the page signs you out."
      />
      <Button type="submit" variant={main ? 'primary' : 'secondary'} busy={busy}>
        Sign in
      </Button>
    </form>
  );
}

const UNKNOWN_KEY = 'The gateway does not know this key. Check that it is complete and not revoked.';

/** Undefined until they are known: what can be chosen should not move under the pointer. */
function useOidcSettings(): OidcSettings | null | undefined {
  const [settings, setSettings] = useState<OidcSettings | null>();
  useEffect(() => {
    let current = true;
    void oidcSettings().then((loaded) => {
      if (current) setSettings(loaded);
    });
    return () => {
      current = false;
    };
  }, []);
  return settings;
}
