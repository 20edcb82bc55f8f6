import { fromUnits, toUnits } from '../platform/validation/decimal.ts';
import type { Price, PriceKind, PriceList } from './price.ts';
import { findPrice, pricedAs, unitPrice } from './prices.ts';
import type { PaidBy, ReportedNumbers, UsageNumbers } from './usage.ts';

/** An amount in 10^-12 dollars. `estimated`: an upper bound. */
type Cost = { readonly units: bigint; readonly estimated: boolean };

/**
 * The cost of one record, and the price it was computed by; null when no price is known for what was used. Cached tokens are
 * part of the input and cost less. What the report leaves open costs as much as it can have: tokens of no kind as the
 * dearest kind, cached ones where they save the least; a kind without a price costs what the dearest other does. The
 * cost is then an upper bound. Else it is exact, except for seconds at a price per minute: these are rounded, half up, to
 * 10^-12 dollars, once per record.
 */
export function priceUsage(
  prices: PriceList,
  model: string,
  at: Date,
  reported: ReportedNumbers,
): PaidBy | null {
  const price = findPrice(prices, model, at);
  if (price === null) return null;
  const { totalTokens, transcriptionSeconds } = reported.stated;
  const seconds = toUnits(transcriptionSeconds) ?? 0n;
  const cost = together(
    totalTokens === 0 ? 'unused' : costOfTokens(price, reported),
    seconds === 0n ? 'unused' : costOfSeconds(price, seconds),
  );
  if (cost === null) return null;
  const { models: _, ...paid } = price;
  return {
    cost: fromUnits(cost.units),
    price: { model: pricedAs(prices, model), ...definedOf(paid) },
    estimated: cost.estimated,
  };
}

/** A model is billed by tokens or by duration, never by both. Null: what was used has no price. */
function together(tokens: Cost | null | 'unused', seconds: Cost | null | 'unused'): Cost | null {
  if (seconds === 'unused') return tokens === 'unused' ? { units: 0n, estimated: false } : tokens;
  if (tokens === 'unused' || tokens === null) return seconds;
  if (seconds === null) return tokens;
  return { units: tokens.units > seconds.units ? tokens.units : seconds.units, estimated: true };
}

/** Tokens of the input that are not cached, as far as it is known, and what each costs: as it is, and cached. */
type Slot = { readonly tokens: number; readonly each: bigint; readonly cachedEach: bigint };

type KindPrice = {
  readonly tokens: number;
  readonly cached: number;
  readonly each: bigint | null;
  readonly cachedEach: bigint | null;
};

function costOfTokens(price: Price, { stated, unsplit }: ReportedNumbers): Cost | null {
  const input = costOfInput(inputKinds(price, stated), unsplit);
  const output = costOfOutput(price, stated, unsplit.output);
  if (input === null || output === null) return null;
  return { units: input.units + output.units, estimated: input.estimated || output.estimated };
}

function inputKinds(price: Price, used: UsageNumbers): readonly KindPrice[] {
  const kind = (tokens: number, cached: number, of: PriceKind, ofCached: PriceKind): KindPrice => ({
    tokens,
    cached,
    each: unitPrice(price, of),
    cachedEach: unitPrice(price, ofCached),
  });
  return [
    kind(used.inputTextTokens, used.cachedTextTokens, 'textInput', 'cachedTextInput'),
    kind(used.inputAudioTokens, used.cachedAudioTokens, 'audioInput', 'cachedAudioInput'),
    kind(used.inputImageTokens, used.cachedImageTokens, 'imageInput', 'cachedImageInput'),
  ];
}

function costOfInput(kinds: readonly KindPrice[], unsplit: ReportedNumbers['unsplit']): Cost | null {
  const whole = unsplit.input + kinds.reduce((sum, { tokens }) => sum + tokens, 0);
  if (whole === 0) return { units: 0n, estimated: false };
  const dearest = highest(kinds.map(({ each }) => each));
  if (dearest === null) return null;
  const dearestCached = highest(kinds.map(({ each, cachedEach }) => cachedEach ?? each)) ?? dearest;
  let units = 0n;
  let estimated = unsplit.input > 0;
  const slots: Slot[] = [{ tokens: unsplit.input, each: dearest, cachedEach: dearestCached }];
  for (const { tokens, cached, ...kind } of kinds) {
    const each = kind.each ?? dearest;
    // Without a price of their own, cached tokens may cost as much as others.
    const cachedEach = kind.cachedEach ?? each;
    slots.push({ tokens: tokens - cached, each, cachedEach });
    units += BigInt(cached) * cachedEach;
    estimated ||= (tokens > cached && kind.each === null) || (cached > 0 && kind.cachedEach === null);
  }
  const used = slots.filter(({ tokens }) => tokens > 0);
  const room = used.reduce((sum, { tokens }) => sum + tokens, 0);
  const isOpen = unsplit.cached < room && used.length > 1;
  const lacksPrice = kinds.some(({ tokens, cached, cachedEach }) => tokens > cached && cachedEach === null);
  estimated ||= unsplit.cached > 0 && (isOpen || lacksPrice);
  return { units: units + costOfSlots(used, unsplit.cached), estimated };
}

/** What the slots cost when so many of their tokens are cached, and as few dollars as can be are saved by it. */
function costOfSlots(slots: readonly Slot[], cached: number): bigint {
  const saving = ({ each, cachedEach }: Slot) => each - cachedEach;
  const bySaving = slots.toSorted((a, b) => (saving(a) < saving(b) ? -1 : saving(a) > saving(b) ? 1 : 0));
  let left = cached;
  return bySaving.reduce((units, { tokens, each, cachedEach }) => {
    const taken = Math.min(left, tokens);
    left -= taken;
    return units + BigInt(taken) * cachedEach + BigInt(tokens - taken) * each;
  }, 0n);
}

function costOfOutput(price: Price, used: UsageNumbers, unsplit: number): Cost | null {
  const kinds = [
    { tokens: used.outputTextTokens, each: unitPrice(price, 'textOutput') },
    { tokens: used.outputAudioTokens, each: unitPrice(price, 'audioOutput') },
  ];
  const open = unsplit + kinds.reduce((sum, { tokens, each }) => sum + (each === null ? tokens : 0), 0);
  const dearest = highest(kinds.map(({ each }) => each));
  if (dearest === null) return open === 0 ? { units: 0n, estimated: false } : null;
  const known = kinds.reduce((sum, { tokens, each }) => sum + BigInt(tokens) * (each ?? 0n), 0n);
  return { units: known + BigInt(open) * dearest, estimated: open > 0 };
}

function highest(prices: readonly (bigint | null)[]): bigint | null {
  return prices.reduce((most, one) => (one !== null && (most === null || one > most) ? one : most), null);
}

/** Seconds and the price are both in units of 10^-12, so their product is divided by 10^12, and by 60 for the minute. */
function costOfSeconds(price: Price, seconds: bigint): Cost | null {
  const minute = unitPrice(price, 'minute');
  if (minute === null) return null;
  const divisor = 60n * 10n ** 12n;
  return { units: (seconds * minute + divisor / 2n) / divisor, estimated: false };
}

function definedOf(price: Omit<Price, 'models'>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(price).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
