import { type KeyboardEvent, useId, useState } from 'react';
import { credentialKind } from '../../shell/command-palette/credential-kind.ts';
import { Button } from '../../ui/button.tsx';
import styles from './filters.module.css';
import { LOOKS_LIKE_SECRET } from './text-filter.tsx';

type Props = {
  readonly label: string;
  readonly values: readonly string[] | undefined;
  readonly onApply: (values: readonly string[] | undefined) => void;
  /** What can be chosen, as far as it is known. */
  readonly choices: readonly string[];
  /** Whether only the choices can be chosen. */
  readonly closed?: boolean;
};

/** Several texts of the filter, of which a session has one. Each is added with Enter. */
export function ListFilter({ label, values = [], onApply, choices, closed = false }: Props) {
  const id = useId();
  const [draft, setDraft] = useState('');
  const text = draft.trim();
  const problem =
    credentialKind(text) !== null
      ? LOOKS_LIKE_SECRET
      : closed && text !== '' && !choices.some((choice) => choice.startsWith(text))
        ? 'There is no such one.'
        : null;
  const accepted =
    text !== '' && problem === null && !values.includes(text) && (!closed || choices.includes(text));
  const add = () => {
    if (!accepted) return;
    onApply([...values, text]);
    setDraft('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    add();
  };
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <div className={styles['adding']}>
        <input
          id={id}
          list={`${id}-choices`}
          value={draft}
          autoComplete="off"
          className={styles['input']}
          aria-invalid={problem === null ? undefined : true}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <datalist id={`${id}-choices`}>
          {choices
            .filter((choice) => !values.includes(choice))
            .map((choice) => (
              <option key={choice} value={choice} />
            ))}
        </datalist>
        <Button onClick={add} disabled={!accepted}>
          Add
        </Button>
      </div>
      {problem !== null && (
        <p id={`${id}-problem`} className={styles['problem']}>
          {problem}
        </p>
      )}
    </div>
  );
}
