// Amounts are added and compared as whole numbers of 10^-12, as the gateway does it: a float would round them.
const SCALE = 12;
const ONE = 10n ** BigInt(SCALE);

/** "0.0045" in units of 10^-12. 0 for a text that is no decimal, which the API does not send. */
export function toUnits(decimal: string): bigint {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d{1,12}))?$/.exec(decimal) ?? [];
  return whole === undefined ? 0n : BigInt(whole) * ONE + BigInt(fraction.padEnd(SCALE, '0'));
}

/** Units of 10^-12 as US dollars: "$1,234.50". Further decimals are kept, because small costs are made of them. */
export function formatUnits(units: bigint): string {
  const decimals = String(units % ONE)
    .padStart(SCALE, '0')
    .replace(/0+$/, '')
    .padEnd(2, '0');
  return `$${(units / ONE).toLocaleString('en')}.${decimals}`;
}
