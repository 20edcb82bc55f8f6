import { fromUnits, toUnits } from '../platform/validation/decimal.ts';
import type { Price, PriceKind, PriceList } from './price.ts';
import { findPrice, unitPrice } from './prices.ts';
import type { PaidBy, UsageNumbers } from './usage.ts';

/**
 * The cost of one record, and the price it was computed by; null when a price that it needs is not known. Cached tokens are
 * part of the input and cost less. The cost is exact, except for seconds at a price per minute: these are rounded, half up,
 * to 10^-12 dollars, once per record.
 */
export function priceUsage(prices: PriceList, model: string, at: Date, numbers: UsageNumbers): PaidBy | null {
  const price = findPrice(prices, model, at);
  if (price === null) return null;
  let cost = 0n;
  for (const [kind, tokens] of billed(numbers)) {
    if (tokens === 0) continue;
    const each = unitPrice(price, kind);
    if (each === null) return null;
    cost += BigInt(tokens) * each;
  }
  const secondsCost = costOfSeconds(price, numbers.transcriptionSeconds);
  if (secondsCost === null) return null;
  const { models: _, ...paid } = price;
  return { cost: fromUnits(cost + secondsCost), price: { model, ...definedOf(paid) } };
}

/** The number of tokens that each price applies to. */
function billed(used: UsageNumbers): readonly (readonly [PriceKind, number])[] {
  return [
    ['textInput', used.inputTextTokens - used.cachedTextTokens],
    ['cachedTextInput', used.cachedTextTokens],
    ['textOutput', used.outputTextTokens],
    ['audioInput', used.inputAudioTokens - used.cachedAudioTokens],
    ['cachedAudioInput', used.cachedAudioTokens],
    ['audioOutput', used.outputAudioTokens],
    ['imageInput', used.inputImageTokens - used.cachedImageTokens],
    ['cachedImageInput', used.cachedImageTokens],
  ];
}

/** Seconds and the price are both in units of 10^-12, so their product is divided by 10^12, and by 60 for the minute. */
function costOfSeconds(price: Price, seconds: string): bigint | null {
  const units = toUnits(seconds) ?? 0n;
  if (units === 0n) return 0n;
  const minute = unitPrice(price, 'minute');
  if (minute === null) return null;
  const divisor = 60n * 10n ** 12n;
  return (units * minute + divisor / 2n) / divisor;
}

function definedOf(price: Omit<Price, 'models'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(price).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
