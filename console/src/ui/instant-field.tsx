import styles from './instant-field.module.css';
import { formatForInput, parseInput } from './instant-input.ts';
import { useZone } from './preferences.ts';
import { TextField } from './text-field.tsx';

/** A point in time, typed in the zone that the shell is set to. */
export function InstantField({
  label,
  value,
  onChange,
  error,
}: {
  readonly label: string;
  /** RFC 3339; undefined when there is none. */
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
  readonly error?: string | null;
}) {
  const [zone] = useZone();
  return (
    <div className={styles['field']}>
      <TextField
        label={zone === 'utc' ? `${label} (UTC)` : label}
        type="datetime-local"
        value={value === undefined ? '' : formatForInput(value, zone)}
        onChange={(text) => {
          if (text === '') onChange(undefined);
          else onChange(parseInput(text, zone) ?? value);
        }}
        {...(error === undefined ? {} : { error })}
      />
    </div>
  );
}
