import type { ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { classes } from './classes.ts';

export type ButtonProps = {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  /** `primary` at most once a view; `danger` for what cannot be undone; `quiet` in rows and toolbars. */
  readonly variant?: 'primary' | 'secondary' | 'danger' | 'quiet';
  readonly size?: 'small' | 'medium';
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  /** What it started is not finished: it cannot be pressed again, and says so. */
  readonly busy?: boolean;
  /** Its name, when its content is an icon. */
  readonly label?: string;
  readonly pressed?: boolean;
  /** The id of the form that it submits, when it is not inside. */
  readonly form?: string;
  readonly ref?: Ref<HTMLButtonElement>;
};

export function Button({
  children,
  onClick,
  variant = 'secondary',
  size = 'medium',
  type = 'button',
  disabled = false,
  busy = false,
  label,
  pressed,
  form,
  ref,
}: ButtonProps) {
  return (
    <button
      ref={ref}
      type={type}
      form={form}
      // A disabled button would lose the focus, and with it the place of whoever uses the keyboard.
      aria-disabled={disabled || busy ? true : undefined}
      aria-busy={busy ? true : undefined}
      aria-label={label}
      aria-pressed={pressed}
      className={classes(styles['button'], styles[variant], styles[size])}
      onClick={(event) => {
        if (disabled || busy) event.preventDefault();
        else onClick?.();
      }}
    >
      {children}
    </button>
  );
}
