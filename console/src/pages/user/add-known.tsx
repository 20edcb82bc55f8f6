import { Select } from '../../ui/select.tsx';

/** Adds one of the names that the gateway knows to a list that has one in each line. */
export function AddKnown({
  label,
  text,
  known,
  onAdd,
}: {
  readonly label: string;
  readonly text: string;
  readonly known: readonly string[];
  readonly onAdd: (text: string) => void;
}) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const missing = known.filter((name) => !lines.includes(name));
  if (missing.length === 0) return null;
  return (
    <Select
      label={`Add to ${label}`}
      hideLabel
      value=""
      options={[
        { value: '', label: 'Add a known one…' },
        ...missing.map((name) => ({ value: name, label: name })),
      ]}
      onChange={(name) => {
        if (name !== '') onAdd([...lines, name].join('\n'));
      }}
    />
  );
}
