import { useCallback, useEffect, useState } from 'react';
import { ErrorNote } from '../../ui/error-note.tsx';
import { onHandOver, takeOver } from './handoff.ts';
import styles from './look-up.module.css';
import { LookUpResult } from './look-up-result.tsx';
import { SecretForm } from './secret-form.tsx';
import { type Finding, useIdentify } from './use-identify.ts';

/** Asks for a secret, and shows what it belongs to. Nothing of the secret stays. */
export function LookUp() {
  const identify = useIdentify();
  const [finding, setFinding] = useState<Finding | 'nothing' | 'asking'>('nothing');
  const lookUp = useCallback(
    async (secret: string) => {
      setFinding('asking');
      setFinding(await identify(secret));
    },
    [identify],
  );
  useEffect(() => {
    const take = () => {
      const secret = takeOver();
      if (secret !== null) void lookUp(secret);
    };
    take();
    return onHandOver(take);
  }, [lookUp]);

  return (
    <div className={styles['page']}>
      <SecretForm busy={finding === 'asking'} onSubmit={(secret) => void lookUp(secret)} />
      <div aria-live="polite" aria-busy={finding === 'asking'}>
        {finding === 'asking' && <p className={styles['asking']}>Looking it up…</p>}
        {typeof finding === 'object' &&
          (finding.kind === 'error' ? (
            <ErrorNote error={finding.error} />
          ) : (
            <LookUpResult finding={finding} />
          ))}
      </div>
    </div>
  );
}
