import type { ReactNode } from 'react';
import { changeOf } from './change.ts';
import styles from './figure.module.css';

type Props = {
  readonly now: number | null | undefined;
  readonly before: number | null | undefined;
  /** The number before, in words. */
  readonly text: ReactNode;
  /** "yesterday by this time" */
  readonly when: string;
};

/** "▲ 12% more than yesterday by this time: 104", "the same as yesterday by this time", "▲ none yesterday by this time". Nothing is said where there is nothing to compare. */
export function Comparison({ now, before, text, when }: Props) {
  if (now == null || before == null)
    return (
      <>
        {when}: {text}
      </>
    );
  const { sign, text: change } = changeOf(now, before);
  return (
    <>
      <span className={styles['sign']} aria-hidden="true">
        {sign}
      </span>{' '}
      {change} {when}
      {now !== before && before !== 0 && <>: {text}</>}
    </>
  );
}
