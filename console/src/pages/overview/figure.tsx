import type { ReactNode } from 'react';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './figure.module.css';

type Props = {
  readonly name: string;
  /** Undefined while it has not been answered. */
  readonly value: ReactNode | undefined;
  readonly comparison?: ReactNode;
  readonly children?: ReactNode;
};

/** A number that matters, what it was in the period before, and what it is made of. It has its size before it is there. */
export function Figure({ name, value, comparison, children }: Props) {
  return (
    <section className={styles['figure']} aria-label={name}>
      <h2>{name}</h2>
      <p className={styles['value']}>{value ?? <Skeleton width="3em" />}</p>
      <p className={styles['comparison']}>{value === undefined ? <Skeleton width="9em" /> : comparison}</p>
      {children}
    </section>
  );
}
