import type { StreamState } from '../api/follow.ts';
import styles from './stream-status.module.css';

const WORDS = {
  connecting: 'Connecting …',
  live: 'Live',
  reconnecting: 'Not live: reconnecting …',
  paused: 'Paused',
} as const satisfies Record<StreamState | 'paused', string>;

/** Whether what is shown changes by itself. */
export function StreamStatus({ state }: { readonly state: keyof typeof WORDS }) {
  return (
    <span role="status" className={styles['status']} data-state={state}>
      {WORDS[state]}
    </span>
  );
}
