import { useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useViewer } from '../../auth/viewer.ts';
import { Button } from '../../ui/button.tsx';
import { CodePane } from './code-pane.tsx';
import { EMPTY } from './draft.ts';
import { Fields } from './fields.tsx';
import type { FormProps } from './form-props.ts';
import { issuesByField } from './issues-by-field.ts';
import { type MintAnswer, useMint } from './mint.ts';
import { Outcome } from './outcome.tsx';
import styles from './playground.module.css';
import { toInput } from './to-input.ts';

const FORM = 'playground-form';

/** The form, the request that it means, and what the gateway answered. */
export function Playground() {
  const { user = '', model = '', provider = '', type = '' } = useSearch({ from: '/playground' });
  const { kind } = useViewer();
  const [draft, setDraft] = useState({ ...EMPTY, externalUserId: user, model, provider, type });
  const [answer, setAnswer] = useState<{ readonly number: number; readonly of: MintAnswer } | null>(null);
  const [busy, setBusy] = useState(false);
  const mint = useMint();
  const { input, problems } = toInput(draft);
  const missing = kind !== 'USER' && draft.externalUserId === '';

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || missing || Object.keys(problems).length > 0) return;
    setBusy(true);
    const of = await mint(input);
    setBusy(false);
    setAnswer((last) => ({ number: (last?.number ?? 0) + 1, of }));
  }

  const form: FormProps = {
    draft,
    errors: { ...issuesByField(answer?.of), ...problems },
    change: (field, value) => setDraft((current) => ({ ...current, [field]: value })),
  };
  return (
    <div className={styles['columns']}>
      <form
        id={FORM}
        className={styles['form']}
        aria-label="Session"
        onSubmit={(event) => void submit(event)}
      >
        <Fields form={form} />
        <div className={styles['submit']}>
          <Button type="submit" variant="primary" busy={busy} disabled={missing}>
            {busy ? 'Minting …' : 'Mint a session'}
          </Button>
          {missing && <p className={styles['hint']}>Say first whom the session is for.</p>}
        </div>
      </form>
      <div className={styles['side']}>
        <section aria-label="Result" aria-live="polite" className={styles['result']}>
          {answer !== null && <Outcome key={answer.number} answer={answer.of} />}
        </section>
        <CodePane input={input} />
      </div>
    </div>
  );
}
