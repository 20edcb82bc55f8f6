import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import type { SecretBox } from '../../ui/secret-box.ts';
import { Connect } from './connect.tsx';
import type { Issued } from './mint.ts';
import styles from './playground.module.css';

const SHOWN_MS = 60_000;

/** The secret, once: it is gone from the page when it is hidden, after a minute, or when the page is left. */
export function Minted({ issued: { secret, expiresAt, callUrl, session } }: { readonly issued: Issued }) {
  const [isHidden, setIsHidden] = useState(false);
  useEffect(() => {
    if (isHidden) return;
    const timer = setTimeout(() => setIsHidden(true), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isHidden]);
  return (
    <div className={styles['minted']}>
      <h2>The session is issued</h2>
      {isHidden ? (
        <p>
          The secret <code>{session?.clientSecret?.redacted}</code> is hidden, and cannot be shown again.
        </p>
      ) : (
        <>
          <p>This is its client secret. It is shown once, and for a minute: nobody stores it.</p>
          <fieldset aria-label="Client secret" className={styles['secret']}>
            <Shown secret={secret} />
            <CopyButton text={() => secret.read() ?? ''} label="Copy client secret" />
            <Button size="small" variant="quiet" onClick={() => setIsHidden(true)}>
              Hide now
            </Button>
          </fieldset>
        </>
      )}
      <p>
        {callUrl === null ? 'It opens connections for' : 'It opens one call, within'}{' '}
        <Countdown to={expiresAt} ended="no longer: it has expired" />
        {session !== null && (
          <>
            {' · '}
            <Link to="/sessions/$id" params={{ id: session.id }}>
              The session
            </Link>
          </>
        )}
      </p>
      {session !== null && (
        <Connect session={session} callUrl={callUrl} secret={secret} isHidden={isHidden} />
      )}
    </div>
  );
}

/** Writes the secret into the page past React, which would remember it. It is gone from both when this is. */
function Shown({ secret }: { readonly secret: SecretBox }) {
  const output = useRef<HTMLElement>(null);
  const clearing = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    clearTimeout(clearing.current);
    const element = output.current;
    if (element !== null) element.textContent = secret.read();
    return () => {
      if (element !== null) element.textContent = '';
      // Not at once: in development React runs effects twice.
      clearing.current = setTimeout(secret.clear);
    };
  }, [secret]);
  return <code ref={output} />;
}
