import { z } from 'zod';
import { toUnits } from '../platform/validation/decimal.ts';
import type { Price, PriceKind, PriceList } from './price.ts';
import { PRICES } from './prices-table.ts';

// Six digits behind the point: what a single token costs is then a whole number of 10^-12 dollars.
const amount = z
  .string('must be a string')
  .regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be US dollars as a decimal, with at most 6 digits behind the point')
  .optional();

const price = z.strictObject({
  models: z.array(z.string('must be a string').min(1, 'must not be empty')).min(1, 'must name a model'),
  from: z.iso.date('must be a day, as 2026-09-01'),
  ...{ textInput: amount, cachedTextInput: amount, textOutput: amount },
  ...{ audioInput: amount, cachedAudioInput: amount, audioOutput: amount },
  ...{ imageInput: amount, cachedImageInput: amount, minute: amount },
});

/** What a file of prices holds. */
export const priceListSchema = z.array(price).min(1, 'must hold a price');

/** The prices of this version, but for models that the operator has prices of its own for. */
export function mergePrices(own: PriceList): PriceList {
  const named = new Set(own.flatMap(({ models }) => models));
  const rest = PRICES.map((one) => ({ ...one, models: one.models.filter((model) => !named.has(model)) }));
  return [...own, ...rest];
}

/**
 * The price of a model at a moment; null when none is known. Names are compared exactly: a dated snapshot may cost
 * something else than its family (gpt-4o-realtime-preview-2024-10-01 did).
 */
export function findPrice(prices: PriceList, model: string, at: Date): Price | null {
  const day = at.toISOString().slice(0, 10);
  return prices
    .filter(({ models, from }) => models.includes(model) && from <= day)
    .reduce<Price | null>((newest, one) => (newest === null || one.from > newest.from ? one : newest), null);
}

/** What a unit costs, in 10^-12 dollars: a token, or a minute. Null when it is not known. */
export function unitPrice(of: Price, kind: PriceKind): bigint | null {
  const given = of[kind];
  const units = given === undefined ? null : toUnits(given);
  if (units === null) return null;
  return kind === 'minute' ? units : units / 1_000_000n;
}
