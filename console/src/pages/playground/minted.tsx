import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Connect } from './connect.tsx';
import type { Success } from './mint.ts';
import styles from './playground.module.css';

const SHOWN_MS = 60_000;

/** The secret, once: it is gone from the page when it is hidden, after a minute, or when the page is left. */
export function Minted({ minted: { clientSecret, session } }: { readonly minted: Success }) {
  const [secret, setSecret] = useState<string | null>(clientSecret.value);
  useEffect(() => {
    const timer = setTimeout(() => setSecret(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={styles['minted']}>
      <h2>The session is issued</h2>
      {secret === null ? (
        <p>
          The secret <code>{session?.clientSecret?.redacted}</code> is hidden, and cannot be shown again.
        </p>
      ) : (
        <>
          <p>This is its client secret. It is shown once, and for a minute: nobody stores it.</p>
          <fieldset aria-label="Client secret" className={styles['secret']}>
            <code>{secret}</code>
            <CopyButton text={secret} label="Copy client secret" />
            <Button size="small" variant="quiet" onClick={() => setSecret(null)}>
              Hide now
            </Button>
          </fieldset>
        </>
      )}
      <p>
        It opens connections for <Countdown to={clientSecret.expiresAt} ended="no longer: it has expired" />
        {session !== null && (
          <>
            {' · '}
            <Link to="/sessions/$id" params={{ id: session.id }}>
              The session
            </Link>
          </>
        )}
      </p>
      {session !== null && <Connect session={session} secret={secret} />}
    </div>
  );
}
