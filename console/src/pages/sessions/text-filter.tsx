import { type FormEvent, useState } from 'react';
import { credentialKind } from '../../shell/command-palette/credential-kind.ts';
import { TextField } from '../../ui/text-field.tsx';

type Props = {
  readonly label: string;
  readonly value: string | undefined;
  readonly onApply: (value: string | undefined) => void;
  readonly hint?: string;
};

export const LOOKS_LIKE_SECRET =
  'This looks like a secret, so it is not searched for. Look it up under “Leaked secret”.';

/** A text of the filter. It is applied with Enter or when the field is left, not at every letter. */
export function TextFilter({ label, value, onApply, hint }: Props) {
  const [draft, setDraft] = useState(value ?? '');
  const [applied, setApplied] = useState(value);
  if (applied !== value) {
    setApplied(value);
    setDraft(value ?? '');
  }
  const text = draft.trim();
  // The filter is part of the URL, and a secret must not get there.
  const refused = credentialKind(text) !== null;
  const apply = () => {
    if (!refused && text !== (value ?? '')) onApply(text === '' ? undefined : text);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    apply();
  };
  return (
    <form aria-label={`Filter by ${label}`} onSubmit={onSubmit} onBlur={apply}>
      <TextField
        label={label}
        value={draft}
        onChange={setDraft}
        autoComplete="off"
        {...(refused ? { error: LOOKS_LIKE_SECRET } : hint === undefined ? {} : { hint })}
      />
    </form>
  );
}
