import { type ReactNode, type Ref, useId } from 'react';
import { classes } from './classes.ts';
import styles from './field.module.css';

export type TextFieldProps = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'password' | 'search' | 'number' | 'date' | 'datetime-local';
  /** Several lines. */
  readonly rows?: number;
  readonly hint?: ReactNode;
  /** What is wrong with the value. */
  readonly error?: string | null;
  readonly placeholder?: string;
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly maxLength?: number;
  readonly mono?: boolean;
  /** The label is only read out, where the place says what it is. */
  readonly hideLabel?: boolean;
  readonly ref?: Ref<HTMLInputElement>;
};

export function TextField({
  label,
  value,
  onChange,
  type = 'text',
  rows,
  hint,
  error,
  mono,
  hideLabel,
  ref,
  autoFocus,
  ...rest
}: TextFieldProps) {
  const id = useId();
  const described = [hint !== undefined && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const shared = {
    id,
    value,
    'aria-describedby': described === '' ? undefined : described,
    'aria-invalid': error ? true : undefined,
    className: classes(styles['control'], mono && styles['mono']),
    spellCheck: false,
    ...rest,
  };
  return (
    <div className={styles['field']}>
      <label htmlFor={id} className={hideLabel ? styles['hidden'] : styles['label']}>
        {label}
      </label>
      {rows === undefined ? (
        <input
          {...shared}
          ref={ref}
          type={type}
          // biome-ignore lint/a11y/noAutofocus: only forms that are all of a page or dialog ask for it
          autoFocus={autoFocus}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <textarea {...shared} rows={rows} onChange={(event) => onChange(event.target.value)} />
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className={styles['error']}>
          {error}
        </p>
      )}
    </div>
  );
}
