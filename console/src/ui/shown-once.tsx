import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from './button.tsx';
import type { SecretBox } from './secret-box.ts';
import styles from './shown-once.module.css';
import { useLeaveWarning } from './use-leave-warning.ts';

/**
 * Shows a secret that can never be read again, and warns whoever leaves the page before it is stored. The value is
 * written into the page past React, which would remember it; it is gone from both when this is.
 */
export function ShownOnce({
  secret,
  label,
  note,
  onStored,
}: {
  readonly secret: SecretBox;
  /** What it is: "API key". */
  readonly label: string;
  readonly note?: ReactNode;
  readonly onStored: () => void;
}) {
  const output = useRef<HTMLTextAreaElement>(null);
  const clearing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  useLeaveWarning(true);
  useEffect(() => {
    clearTimeout(clearing.current);
    const element = output.current;
    if (element !== null) element.value = secret.read() ?? '';
    return () => {
      if (element !== null) element.value = '';
      // Not at once: in development React runs effects twice.
      clearing.current = setTimeout(secret.clear);
    };
  }, [secret]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(secret.read() ?? '');
      setCopied('yes');
    } catch {
      setCopied('failed');
    }
  }

  return (
    <div className={styles['box']}>
      <p className={styles['warning']}>
        <strong>This is shown once.</strong> It cannot be read again: only its hash is stored. If it is lost,
        make another one.
      </p>
      <div className={styles['line']}>
        <textarea
          ref={output}
          className={styles['value']}
          aria-label={label}
          readOnly
          rows={2}
          spellCheck={false}
        />
        <Button onClick={() => void copy()}>Copy</Button>
      </div>
      <p role="status" className={styles['status']}>
        {
          {
            no: '',
            yes: 'Copied. Put it where it is needed now.',
            failed: 'The browser did not copy it. Select it.',
          }[copied]
        }
      </p>
      {note}
      <div className={styles['actions']}>
        <Button
          variant="primary"
          onClick={() => {
            if (output.current !== null) output.current.value = '';
            secret.clear();
            onStored();
          }}
        >
          I have stored it
        </Button>
      </div>
    </div>
  );
}
