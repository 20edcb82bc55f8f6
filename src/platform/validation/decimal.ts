// Exact decimals as whole numbers of 10^-12. The price of the cheapest token has eight digits behind the point.
const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);

/** A decimal such as "0.0045" in units of 10^-12; null when the text is no decimal, or has more than 12 digits behind the point. */
export function toUnits(decimal: string): bigint | null {
  const [, whole, fraction = ''] = /^(\d{1,18})(?:\.(\d{1,12}))?$/.exec(decimal) ?? [];
  if (whole === undefined) return null;
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
}

/** Units of 10^-12 as a decimal, without zeros at its end. */
export function fromUnits(units: bigint): string {
  const fraction = String(units % ONE)
    .padStart(SCALE, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(units / ONE) : `${units / ONE}.${fraction}`;
}
