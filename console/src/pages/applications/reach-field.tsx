import { useId } from 'react';
import { useViewer } from '../../auth/viewer.ts';
import type { Reach } from '../../gql/graphql.ts';
import styles from './key-form.module.css';
import { reachWords } from './scopes.ts';

export type GrantedReach = Exclude<Reach, 'SELF'>;

const reaches = ['OWN_APPLICATION', 'EVERYTHING'] as const satisfies readonly GrantedReach[];

/** Whose records the scopes apply to. */
export function ReachField({
  value,
  onChange,
  error,
}: {
  readonly value: GrantedReach;
  readonly onChange: (value: GrantedReach) => void;
  readonly error: string | null;
}) {
  const name = useId();
  const { reach: own } = useViewer();
  return (
    <fieldset className={styles['group']}>
      <legend className={styles['legend']}>Reach: whose records</legend>
      <div className={styles['options']}>
        {reaches
          .filter((reach) => reach !== 'EVERYTHING' || own === 'EVERYTHING')
          .map((reach) => (
            <label key={reach} className={styles['option']}>
              <input type="radio" name={name} checked={value === reach} onChange={() => onChange(reach)} />
              <span className={styles['name']}>{reachWords[reach].name}</span>
              <span className={styles['words']}>{reachWords[reach].allows}</span>
            </label>
          ))}
      </div>
      {error !== null && <p className={styles['error']}>{error}</p>}
    </fieldset>
  );
}
