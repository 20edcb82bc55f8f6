import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import styles from '../../ui/field.module.css';
import { isTimeZone } from '../../ui/zoned-time.ts';

const names: readonly string[] = ['UTC', ...Intl.supportedValuesOf('timeZone')];

/** Any time zone: one that the browser lists, or another name of one, e.g. "Asia/Calcutta". */
export function TimeZoneField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (zone: string) => void;
}) {
  const id = useId();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const isKnown = isTimeZone(text.trim());

  function take() {
    const zone = text.trim();
    if (zone !== value && isTimeZone(zone)) onChange(zone);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter') take();
    if (event.key === 'Escape') setText(value);
  }

  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={styles['label']}>
        Time zone
      </label>
      <input
        id={id}
        list={`${id}-names`}
        className={styles['control']}
        value={text}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={isKnown ? undefined : true}
        aria-describedby={isKnown ? undefined : `${id}-error`}
        onChange={(event) => {
          setText(event.target.value);
          // One that was picked from the list is complete.
          if (names.includes(event.target.value)) onChange(event.target.value);
        }}
        onBlur={take}
        onKeyDown={onKeyDown}
      />
      <datalist id={`${id}-names`}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {!isKnown && (
        <p id={`${id}-error`} className={styles['error']}>
          No time zone has this name.
        </p>
      )}
    </div>
  );
}
