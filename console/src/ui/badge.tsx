import type { ReactNode } from 'react';
import styles from './badge.module.css';
import { classes } from './classes.ts';

export type Tone = 'good' | 'info' | 'warning' | 'bad' | 'neutral';

/** A state in a word. The colour only repeats what the text says. */
export function Badge({
  tone = 'neutral',
  children,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
}) {
  return <span className={classes(styles['badge'], styles[tone])}>{children}</span>;
}
