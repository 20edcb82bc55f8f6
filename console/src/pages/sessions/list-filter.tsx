import { type KeyboardEvent, useId, useState } from 'react';
import { credentialKind } from '../../shell/command-palette/credential-kind.ts';
import { Button } from '../../ui/button.tsx';
import styles from './filters.module.css';

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
  const accepted =
    text !== '' &&
    !values.includes(text) &&
    credentialKind(text) === null &&
    (!closed || choices.includes(text));
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
    </div>
  );
}
