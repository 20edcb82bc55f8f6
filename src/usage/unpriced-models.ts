import type { SessionRequest } from '../sessions/session-config.ts';
import type { PriceList } from './price.ts';
import { findPrice, unitPrice } from './prices.ts';

type Asked = Pick<SessionRequest, 'model' | 'inputAudioTranscription'>;

// The sandbox plays failures under these names. They cost nothing.
const PLAYED = /^sandbox-/;

/** @returns a function that finds the models of a request for which a budget refuses it */
export function createFindUnpriced(
  prices: PriceList,
  unpriced: 'refuse' | 'allow',
): (provider: string, asked: Asked) => readonly string[] {
  if (unpriced === 'allow') return () => [];
  return (provider, asked) => {
    const models = unpricedModels(prices, asked, new Date());
    return provider === 'sandbox' ? models.filter((model) => !PLAYED.test(model)) : models;
  };
}

/**
 * The models that a session asks for and that have no price at a time, the model for transcription included. A price counts if
 * it says what a minute costs, or something of what goes in and of what comes out: the rest is priced by that.
 */
export function unpricedModels(
  prices: PriceList,
  { model, inputAudioTranscription }: Asked,
  at: Date,
): readonly string[] {
  const asked = new Set([model, inputAudioTranscription?.model ?? model]);
  return [...asked].filter((name) => !hasPrice(prices, name, at));
}

/** The models that have a price at a time, by name. */
export function pricedModels(prices: PriceList, at: Date): readonly string[] {
  const names = new Set(prices.flatMap(({ models }) => models));
  return [...names].filter((name) => hasPrice(prices, name, at)).toSorted();
}

function hasPrice(prices: PriceList, model: string, at: Date): boolean {
  const price = findPrice(prices, model, at);
  if (price === null) return false;
  const isKnown = (kind: Parameters<typeof unitPrice>[1]) => unitPrice(price, kind) !== null;
  const input = (['textInput', 'audioInput', 'imageInput'] as const).some(isKnown);
  const output = (['textOutput', 'audioOutput'] as const).some(isKnown);
  return isKnown('minute') || (input && output);
}
