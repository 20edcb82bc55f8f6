import styles from './number.module.css';

const format = new Intl.NumberFormat('en');

/** A whole number with its unit: "1,204 tokens". */
export function Count({
  value,
  one,
  many,
}: {
  readonly value: number | null | undefined;
  /** The unit of one: "session". */
  readonly one?: string;
  /** The unit of several, when it is not `one` with an s. */
  readonly many?: string;
}) {
  if (value === null || value === undefined) return <span className={styles['unknown']}>unknown</span>;
  return <span className={styles['number']}>{formatCount(value, one, many)}</span>;
}

export function formatCount(value: number, one?: string, many?: string): string {
  if (one === undefined) return format.format(value);
  return `${format.format(value)} ${value === 1 ? one : (many ?? `${one}s`)}`;
}
