import { type FormEvent, useEffect, useState } from 'react';
import { TextField } from '../../ui/text-field.tsx';

export type LookUp = {
  /** The id that a text stands for; null when there is no such record. Left out: the text is the id. */
  readonly find?: (text: string) => Promise<string | null>;
  /** What people call the record with that id. */
  readonly nameOf?: (id: string) => Promise<string | null>;
};

/** A field whose value is an id, and in which people may write a name. It is taken on Enter and when it is left. */
export function LookUpField({
  label,
  placeholder,
  unknown = '',
  value,
  onChange,
  find,
  nameOf,
}: LookUp & {
  readonly label: string;
  readonly placeholder: string;
  /** Says that there is no such record. */
  readonly unknown?: string;
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value ?? '');
  const [error, setError] = useState<string | null>(null);
  // The text whose id is `value`, so that leaving the field does not look the same text up again.
  const [taken, setTaken] = useState(value ?? '');

  useEffect(() => {
    let current = true;
    const show = (name: string) => {
      if (!current) return;
      setText(name);
      setTaken(name);
      setError(null);
    };
    show(value ?? '');
    if (value !== undefined) void nameOf?.(value).then((name) => show(name ?? value));
    return () => {
      current = false;
    };
  }, [value, nameOf]);

  async function take(event?: FormEvent) {
    event?.preventDefault();
    const wanted = text.trim();
    if (wanted === taken) return;
    if (wanted === '') return onChange(undefined);
    const id = find === undefined ? wanted : await find(wanted);
    if (id === null) setError(unknown);
    else onChange(id);
  }

  return (
    <form onSubmit={(event) => void take(event)} onBlur={() => void take()}>
      <TextField
        label={label}
        value={text}
        placeholder={placeholder}
        autoComplete="off"
        error={error}
        onChange={(next) => {
          setText(next);
          setError(null);
        }}
      />
    </form>
  );
}
