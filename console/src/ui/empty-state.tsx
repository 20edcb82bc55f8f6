import type { ReactNode } from 'react';
import styles from './note.module.css';

/** Nothing is there: why, and what to do next. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {children !== undefined && <div className={styles['detail']}>{children}</div>}
      {action}
    </div>
  );
}
