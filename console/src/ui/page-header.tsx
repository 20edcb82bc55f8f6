import { type ReactNode, useEffect } from 'react';
import styles from './page-header.module.css';

/** The page's one h1, and what can be done with the page as a whole. It names the browser's tab, too. */
export function PageHeader({
  title,
  description,
  actions,
}: {
  readonly title: string;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Gatehouse`;
  }, [title]);
  return (
    <header className={styles['header']}>
      <div className={styles['texts']}>
        <h1 className={styles['title']} tabIndex={-1}>
          {title}
        </h1>
        {description !== undefined && <div className={styles['description']}>{description}</div>}
      </div>
      {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
    </header>
  );
}
