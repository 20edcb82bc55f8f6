import { type FormEvent, useId, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import styles from './secret-form.module.css';

const MAX_LENGTH = 4096;

/** A masked field. What is in it is handed on once and cleared; React never holds it. */
export function SecretForm({
  busy,
  onSubmit,
}: {
  readonly busy: boolean;
  readonly onSubmit: (secret: string) => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  // A new field each time: the browser would undo the clearing of the old one.
  const [round, setRound] = useState(0);
  const [problem, setProblem] = useState<string | null>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    const field = input.current;
    if (field === null || busy) return;
    const secret = field.value.trim();
    field.value = '';
    setProblem(secret === '' ? 'Paste the secret first.' : null);
    if (secret === '') return;
    setRound((before) => before + 1);
    onSubmit(secret);
  }

  return (
    <form className={styles['form']} onSubmit={submit} autoComplete="off">
      <label htmlFor={id} className={styles['label']}>
        Leaked secret
      </label>
      <div className={styles['line']}>
        <input
          key={round}
          ref={input}
          id={id}
          type="password"
          className={styles['control']}
          autoComplete="off"
          data-1p-ignore=""
          data-lpignore="true"
          spellCheck={false}
          maxLength={MAX_LENGTH}
          aria-describedby={`${id}-hint`}
          aria-invalid={problem === null ? undefined : true}
        />
        <Button type="submit" variant="primary" busy={busy}>
          Look up
        </Button>
      </div>
      <p id={`${id}-hint`} className={styles['hint']}>
        {problem ??
          'The whole value, or the line it was found in. It is sent to the gateway once, and neither stored nor logged there; this page forgets it at once. The audit trail records that you looked something up.'}
      </p>
    </form>
  );
}
