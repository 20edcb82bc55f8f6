import { useState } from 'react';
import { Button } from './button.tsx';
import styles from './copy-button.module.css';

/**
 * Copies a text, and says that it did.
 * @param onCopied for what should happen once it is copied
 */
export function CopyButton({
  text,
  label = 'Copy',
  onCopied,
}: {
  /** A function where the text must not be kept: a secret in its box. */
  readonly text: string | (() => string);
  /** What is copied: "Copy session id". */
  readonly label?: string;
  readonly onCopied?: () => void;
}) {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');

  async function copy() {
    try {
      await navigator.clipboard.writeText(typeof text === 'string' ? text : text());
      setState('copied');
      onCopied?.();
    } catch {
      setState('failed');
    }
    setTimeout(() => setState('ready'), 2000);
  }

  return (
    <>
      <Button size="small" variant="quiet" label={label} onClick={() => void copy()}>
        {{ ready: 'Copy', copied: 'Copied', failed: 'Copy it by hand' }[state]}
      </Button>
      <span role="status" className={styles['announced']}>
        {state === 'copied' ? 'Copied' : ''}
      </span>
    </>
  );
}
