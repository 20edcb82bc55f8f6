// Exact decimals as whole numbers of 10^-12: what a token of the cheapest kind costs has eight digits behind the point.
const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);

/** The whole number of 10^-12 that a decimal such as "0.0045" is; null when it is none, or has more digits than that. */
export function toUnits(decimal: string): bigint | null {
  const [, whole, fraction = ''] = /^(\d{1,18})(?:\.(\d{1,12}))?$/.exec(decimal) ?? [];
  if (whole === undefined) return null;
  return BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
}

/** The decimal of so many 10^-12, without zeros at its end. */
export function fromUnits(units: bigint): string {
  const fraction = String(units % ONE)
    .padStart(SCALE, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(units / ONE) : `${units / ONE}.${fraction}`;
}
