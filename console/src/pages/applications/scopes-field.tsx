import { useViewer } from '../../auth/viewer.ts';
import type { Scope } from '../../gql/graphql.ts';
import styles from './key-form.module.css';
import type { GrantedReach } from './reach-field.tsx';
import { allScopes, scopeWords } from './scopes.ts';

/** The scopes of a new key, each explained. Nobody grants what they do not have. */
export function ScopesField({
  value,
  reach,
  onChange,
  error,
}: {
  readonly value: readonly Scope[];
  readonly reach: GrantedReach;
  readonly onChange: (value: readonly Scope[]) => void;
  readonly error: string | null;
}) {
  const viewer = useViewer();
  const grantable = allScopes.filter((scope) => viewer.scopes.includes(scope));
  const others = allScopes.filter((scope) => !viewer.scopes.includes(scope));
  const useless = value.filter((scope) => reach !== 'EVERYTHING' && scopeWords[scope].everywhere);
  const toggle = (scope: Scope) =>
    onChange(value.includes(scope) ? value.filter((other) => other !== scope) : [...value, scope]);
  return (
    <fieldset className={styles['group']}>
      <legend className={styles['legend']}>Scopes: what it may do</legend>
      <div className={styles['options']}>
        {grantable.map((scope) => (
          <label key={scope} className={styles['option']}>
            <input type="checkbox" checked={value.includes(scope)} onChange={() => toggle(scope)} />
            <span>
              <span className={styles['name']}>{scopeWords[scope].name}</span>{' '}
              <code className={styles['code']}>{scope}</code>
            </span>
            <span className={styles['words']}>{scopeWords[scope].allows}</span>
          </label>
        ))}
      </div>
      {value.length === 0 && <p className={styles['note']}>Without a scope it can only ask who it is.</p>}
      {useless.length > 0 && (
        <p className={styles['warning']}>
          {useless.map((scope) => scopeWords[scope].name).join(', ')}: this opens nothing unless the reach is
          Everything.
        </p>
      )}
      {others.length > 0 && (
        <p className={styles['note']}>
          You do not have {others.map((scope) => scopeWords[scope].name).join(', ')}, so you cannot grant it.
        </p>
      )}
      {error !== null && <p className={styles['error']}>{error}</p>}
    </fieldset>
  );
}
