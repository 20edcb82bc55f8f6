import type { Scope } from '../gql/graphql.ts';
import styles from './note.module.css';

/** Says which scope is missing, and who can give it. */
export function NoPermission({ scope, what = 'this' }: { readonly scope: Scope; readonly what?: string }) {
  return (
    <div className={styles['note']}>
      <p className={styles['title']}>
        Seeing {what} needs the scope <code>{scope}</code>.
      </p>
      <p className={styles['detail']}>
        Your credential does not have it. Ask whoever runs this gateway for a credential that has, or sign in
        with another one.
      </p>
    </div>
  );
}
