import { formatCount } from '../../ui/count.tsx';
import styles from './reason-list.module.css';
import type { Reason } from './reasons.ts';

const SHOWN = 3;

/** The reasons and how often each was one. It has the same height whatever there are. */
export function ReasonList({ reasons }: { readonly reasons: readonly Reason[] }) {
  const shown = reasons.slice(0, SHOWN);
  const rest = reasons.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
  return (
    <ul className={styles['reasons']}>
      {shown.map(({ code, name, count }) => (
        <li key={code}>
          <span>{name}</span>
          <b>{formatCount(count)}</b>
        </li>
      ))}
      {rest > 0 && (
        <li>
          <span>Other reasons</span>
          <b>{formatCount(rest)}</b>
        </li>
      )}
    </ul>
  );
}
