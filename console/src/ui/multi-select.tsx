import { Popover } from '@base-ui/react/popover';
import { useId } from 'react';
import styles from './multi-select.module.css';
import type { Option } from './select.tsx';

export type OptionGroup<Value extends string> = {
  readonly name?: string;
  readonly options: readonly Option<Value>[];
};

/** A choice of several, in groups. None chosen means any. */
export function MultiSelect<Value extends string>({
  label,
  groups,
  value,
  onChange,
}: {
  readonly label: string;
  readonly groups: readonly OptionGroup<Value>[];
  readonly value: readonly Value[];
  readonly onChange: (value: readonly Value[]) => void;
}) {
  const id = useId();
  const options = groups.flatMap((group) => group.options);
  const [first, ...others] = options.filter((option) => value.includes(option.value));
  const chosen = first === undefined ? 'Any' : first.label + (others.length > 0 ? ` +${others.length}` : '');
  const toggle = (one: Value) =>
    onChange(value.includes(one) ? value.filter((other) => other !== one) : [...value, one]);

  return (
    <div className={styles['field']}>
      <span id={id} className={styles['label']}>
        {label}
      </span>
      <Popover.Root>
        <Popover.Trigger className={styles['trigger']} aria-label={`${label}: ${chosen}`}>
          <span className={styles['chosen']}>{chosen}</span>
          <span aria-hidden="true">▾</span>
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner sideOffset={4} align="start" className={styles['positioner']}>
            <Popover.Popup className={styles['popup']} aria-label={label}>
              {groups.map((group) => (
                <fieldset key={group.name ?? ''} className={styles['group']}>
                  <legend className={styles['legend']}>{group.name ?? label}</legend>
                  {group.options.map((option) => (
                    <label key={option.value} className={styles['option']}>
                      <input
                        type="checkbox"
                        checked={value.includes(option.value)}
                        onChange={() => toggle(option.value)}
                      />
                      {option.label}
                    </label>
                  ))}
                </fieldset>
              ))}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}
