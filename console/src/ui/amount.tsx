import styles from './number.module.css';

/**
 * US dollars, exactly as the API answers them: a decimal in a string is not made a number, which could not hold it.
 * @param usd null when it is not known, which is not zero
 */
export function Amount({ usd }: { readonly usd: string | null | undefined }) {
  if (usd === null || usd === undefined) return <span className={styles['unknown']}>unknown</span>;
  return <span className={styles['number']}>{formatUsd(usd)}</span>;
}

/** "1234.5" → "$1,234.50"; more than two decimals are kept, because small costs are made of them. */
export function formatUsd(usd: string): string {
  const sign = usd.startsWith('-') ? '−' : '';
  const [whole = '0', decimals = ''] = usd.replace('-', '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const trimmed = decimals.replace(/0+$/, '').padEnd(2, '0');
  return `${sign}$${grouped}.${trimmed}`;
}
