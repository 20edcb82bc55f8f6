import { type FormEvent, useState } from 'react';
import { credentialKind } from '../../shell/command-palette/credential-kind.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import styles from './filters.module.css';
import type { LabelSearch } from './search.ts';

type Props = {
  readonly labels: readonly LabelSearch[] | undefined;
  readonly onApply: (labels: readonly LabelSearch[] | undefined) => void;
};

/** Labels that a session must have, all of them. */
export function LabelFilter({ labels = [], onApply }: Props) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const refused = key.trim() === '' || credentialKind(key) !== null || credentialKind(value) !== null;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (refused) return;
    onApply([
      ...labels.filter((label) => label.key !== key.trim()),
      { key: key.trim(), value: value.trim() },
    ]);
    setKey('');
    setValue('');
  };
  return (
    <form className={styles['pair']} onSubmit={add} aria-label="Filter by a label">
      <TextField label="Label" value={key} onChange={setKey} autoComplete="off" />
      <TextField label="Its value" value={value} onChange={setValue} autoComplete="off" />
      <Button type="submit" disabled={refused}>
        Add
      </Button>
    </form>
  );
}
