import { useEffect, useRef, useState } from 'react';
import { credentialKind } from '../../shell/command-palette/credential-kind.ts';
import { TextField } from '../../ui/text-field.tsx';

const PAUSE_MS = 250;
// What is looked for stands in the address, where no secret may stand.
const SECRET = 'A secret? See Leaked secret.';

/** Where one types what an external id starts with. It asks when the typing pauses. */
export function ExternalIdField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const [text, setText] = useState(value);
  const asked = useRef(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // The address changed by something else than this field.
  useEffect(() => {
    if (value === asked.current) return;
    asked.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === asked.current || credentialKind(text) !== null) return;
    const timer = setTimeout(() => {
      asked.current = text;
      latest.current(text);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <TextField
      label="External id"
      type="search"
      value={text}
      onChange={setText}
      autoComplete="off"
      error={credentialKind(text) === null ? null : SECRET}
    />
  );
}
