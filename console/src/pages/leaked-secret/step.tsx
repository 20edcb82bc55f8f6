import type { ReactNode } from 'react';
import styles from './next-steps.module.css';

/** Something to do about a leak, or to know. */
export function Step({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <li className={styles['step']}>
      <h3>{title}</h3>
      <div className={styles['text']}>{children}</div>
    </li>
  );
}
