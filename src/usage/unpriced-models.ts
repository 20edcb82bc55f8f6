import type { SessionRequest } from '../sessions/session-config.ts';
import type { PriceList } from './price.ts';
import { findPrice, unitPrice } from './prices.ts';

type Asked = Pick<SessionRequest, 'model' | 'inputAudioTranscription'>;

// The sandbox plays failures under these names. They cost nothing.
const PLAYED = /^sandbox-/;

const DAY_MS = 86_400_000;
const MAX_KNOWN = 1000;

/** @returns a function that finds the models of a request, that for transcription included, for which a budget refuses it */
export function createFindUnpriced(
  prices: PriceList,
  unpriced: 'refuse' | 'allow',
  now = () => new Date(),
): (provider: string, asked: Asked) => readonly string[] {
  if (unpriced === 'allow') return () => [];
  const isPriced = pricedByDay(prices);
  return (provider, { model, inputAudioTranscription }) => {
    const transcribing = inputAudioTranscription?.model ?? model;
    const asked = transcribing === model ? [model] : [model, transcribing];
    const at = now();
    const models = asked.filter((name) => !isPriced(name, at));
    return provider === 'sandbox' ? models.filter((name) => !PLAYED.test(name)) : models;
  };
}

/** Remembers for a day (UTC) which models have a price: prices change by the day, and every mint asks. */
function pricedByDay(prices: PriceList): (model: string, at: Date) => boolean {
  let day = Number.NaN;
  let known = new Map<string, boolean>();
  return (model, at) => {
    const today = Math.floor(at.getTime() / DAY_MS);
    // Callers choose the names.
    if (today !== day || known.size >= MAX_KNOWN) known = new Map();
    day = today;
    const found = known.get(model) ?? hasPrice(prices, model, at);
    known.set(model, found);
    return found;
  };
}

/** The models that have a price at a time, by name. */
export function pricedModels(prices: PriceList, at: Date): readonly string[] {
  const names = new Set(prices.flatMap(({ models }) => models));
  return [...names].filter((name) => hasPrice(prices, name, at)).toSorted();
}

/**
 * Whether a model has a price at a time. A price counts if it says what a minute costs, or something of what goes in and of what
 * comes out: the rest is priced by that.
 */
function hasPrice(prices: PriceList, model: string, at: Date): boolean {
  const price = findPrice(prices, model, at);
  if (price === null) return false;
  const isKnown = (kind: Parameters<typeof unitPrice>[1]) => unitPrice(price, kind) !== null;
  const input = (['textInput', 'audioInput', 'imageInput'] as const).some(isKnown);
  const output = (['textOutput', 'audioOutput'] as const).some(isKnown);
  return isKnown('minute') || (input && output);
}
