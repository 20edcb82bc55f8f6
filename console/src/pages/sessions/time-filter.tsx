import { useId } from 'react';
import type { Zone } from '../../ui/preferences.ts';
import styles from './filters.module.css';
import { fromField, toField } from './times.ts';

type Props = {
  readonly label: string;
  readonly zone: Zone;
  readonly value: string | undefined;
  readonly onApply: (value: string | undefined) => void;
};

/** A time of the filter, written in the time zone that is shown. */
export function TimeFilter({ label, zone, value, onApply }: Props) {
  const id = useId();
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>
        {label} <span className={styles['zone']}>({zone === 'utc' ? 'UTC' : 'local time'})</span>
      </label>
      <input
        // Half-written times are the field's own, so it is not told its value until there is another one.
        key={`${zone} ${value ?? ''}`}
        id={id}
        type="datetime-local"
        step={1}
        className={styles['input']}
        defaultValue={value === undefined ? '' : toField(value, zone)}
        onBlur={({ target }) => {
          const time = fromField(target.value, zone) ?? undefined;
          if (time !== value && toOrEmpty(value, zone) !== target.value) onApply(time);
        }}
      />
    </div>
  );
}

function toOrEmpty(value: string | undefined, zone: Zone): string {
  return value === undefined ? '' : toField(value, zone);
}
