import { z } from 'zod';
import { toUnits } from '../platform/validation/decimal.ts';
import type { Price, PriceKind, PriceList } from './price.ts';
import { PRICES } from './prices-table.ts';

// With at most six digits behind the point, the price of one token is a whole number of 10^-12 dollars.
const dollars = z
  .string('must be a string')
  .regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be US dollars as a decimal, with at most 6 digits behind the point')
  .optional();

const priceSchema = z.strictObject({
  models: z.array(z.string('must be a string').min(1, 'must not be empty')).min(1, 'must name a model'),
  from: z.iso.date('must be a day, as 2026-09-01'),
  ...{ textInput: dollars, cachedTextInput: dollars, textOutput: dollars },
  ...{ audioInput: dollars, cachedAudioInput: dollars, audioOutput: dollars },
  ...{ imageInput: dollars, cachedImageInput: dollars, minute: dollars },
});

/** The content of a price file. */
export const priceListSchema = z
  .array(priceSchema)
  .min(1, 'must hold a price')
  .superRefine(refuseSecondPrices);

/** Of two prices of a model from one day on, nobody could say which one holds. */
function refuseSecondPrices(prices: PriceList, context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { models, from }] of prices.entries()) {
    for (const [place, model] of models.entries()) {
      const key = `${from} ${model}`;
      if (seen.has(key))
        context.addIssue({
          code: 'custom',
          path: [index, 'models', place],
          message: 'has another price from this day on already',
        });
      seen.add(key);
    }
  }
}

/** The operator's own prices, and those of this version for all models that the operator has none for. */
export function mergePrices(own: PriceList): PriceList {
  const named = new Set(own.flatMap(({ models }) => models));
  const rest = PRICES.map((one) => ({ ...one, models: one.models.filter((model) => !named.has(model)) }));
  return [...own, ...rest];
}

const SNAPSHOT = /^(.+)-\d{4}-\d{2}-\d{2}$/;

/** The name under which a model is priced: its own, or that of its family for a dated snapshot that has no price of its own. */
export function pricedAs(prices: PriceList, model: string): string {
  const isNamed = prices.some(({ models }) => models.includes(model));
  return isNamed ? model : (SNAPSHOT.exec(model)?.[1] ?? model);
}

/** The price of a model at a moment; null when none is known. Names are compared exactly, but for dated snapshots. */
export function findPrice(prices: PriceList, model: string, at: Date): Price | null {
  const day = at.toISOString().slice(0, 10);
  const name = pricedAs(prices, model);
  return prices
    .filter(({ models, from }) => models.includes(name) && from <= day)
    .reduce<Price | null>((newest, one) => (newest === null || one.from > newest.from ? one : newest), null);
}

/** The price of one token, or of one minute, in 10^-12 dollars. Null when it is not known. */
export function unitPrice(price: Price, kind: PriceKind): bigint | null {
  const amount = price[kind];
  const units = amount === undefined ? null : toUnits(amount);
  if (units === null) return null;
  return kind === 'minute' ? units : units / 1_000_000n;
}
