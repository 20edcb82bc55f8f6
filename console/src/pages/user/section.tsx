import { type ReactNode, useId } from 'react';
import styles from './section.module.css';

/** A part of the page, with its heading as its name. */
export function Section({
  title,
  aside,
  children,
}: {
  readonly title: string;
  /** Links and choices that belong to the whole part. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={styles['section']}>
      <div className={styles['head']}>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className={styles['aside']}>{aside}</div>}
      </div>
      {children}
    </section>
  );
}
