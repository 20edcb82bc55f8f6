import { InstantField } from '../../ui/instant-field.tsx';
import { Select } from '../../ui/select.tsx';
import type { Expiry } from './expiry.ts';
import styles from './key-form.module.css';

const choices = ['30', '90', '365', 'at', 'never'] as const;
type Choice = (typeof choices)[number];

const labels: Readonly<Record<Choice, string>> = {
  '30': 'In 30 days',
  '90': 'In 90 days',
  '365': 'In a year',
  at: 'At a time of your choice',
  never: 'Never',
};
const options = choices.map((value) => ({ value, label: labels[value] }));

/** When a new key expires. */
export function ExpiryField({
  value,
  onChange,
  error,
}: {
  readonly value: Expiry;
  readonly onChange: (value: Expiry) => void;
  readonly error: string | null;
}) {
  const choice =
    choices.find((one) => one === (value.kind === 'days' ? String(value.days) : value.kind)) ?? 'at';
  return (
    <div className={styles['group']}>
      <div className={styles['line']}>
        <Select
          label="Expires"
          value={choice}
          options={options}
          onChange={(next) => {
            if (next === 'never') onChange({ kind: next });
            else
              onChange(next === 'at' ? { kind: next, at: undefined } : { kind: 'days', days: Number(next) });
          }}
        />
        {value.kind === 'at' && (
          <InstantField
            label="Time"
            value={value.at}
            onChange={(at) => onChange({ kind: 'at', at })}
            error={error}
          />
        )}
      </div>
      {value.kind === 'never' && (
        <p className={styles['warning']}>A key that never expires works until somebody revokes it.</p>
      )}
      {value.kind !== 'at' && error !== null && <p className={styles['error']}>{error}</p>}
    </div>
  );
}
