import { describe, expect, it } from 'vitest';
import { fromUnits, toUnits } from '../../src/platform/validation/decimal.ts';
import { parseUsage } from '../../src/usage/parse-usage.ts';
import type { PriceList } from '../../src/usage/price.ts';
import { priceUsage } from '../../src/usage/price-usage.ts';
import { mergePrices } from '../../src/usage/prices.ts';
import type { PaidBy } from '../../src/usage/usage.ts';
import { RESPONSE } from '../support/usage.ts';

const PRICES = mergePrices([]);
const AT = new Date('2026-11-22T12:00:00Z');

function paidBy(prices: PriceList, model: string, usage: object, at = AT): PaidBy | null {
  const parsed = parseUsage(usage);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return priceUsage(prices, model, at, parsed.value);
}

function costOf(model: string, usage: object): string | null {
  const paid = paidBy(PRICES, model, usage);
  if (paid?.estimated === true) throw new Error('The cost is only a bound');
  return paid?.cost ?? null;
}

describe('a cost, reckoned by hand', () => {
  it.each([
    // (119 - 64) × 4 + 64 × 0.40 + 8 × 32 + 36 × 24 + 112 × 64 = 8533.6 millionths
    ['of text, audio and cached text', 'gpt-realtime-2.1', RESPONSE, '0.0085336'],
    // 55 × 0.60 + 64 × 0.06 + 8 × 10 + 36 × 2.40 + 112 × 20 = 2443.24
    ['of the same by a cheaper model', 'gpt-realtime-2.1-mini', RESPONSE, '0.00244324'],
    [
      'of images, cached in part, and cached audio',
      'gpt-realtime-2.1',
      {
        input_tokens: 1300,
        output_tokens: 0,
        input_token_details: {
          image_tokens: 1000,
          audio_tokens: 300,
          cached_tokens: 500,
          cached_tokens_details: { image_tokens: 400, audio_tokens: 100 },
        },
      },
      // 600 × 5 + 400 × 0.50 + 200 × 32 + 100 × 0.40 = 9640
      '0.00964',
    ],
    [
      'of a transcription by tokens',
      'gpt-4o-transcribe',
      {
        type: 'tokens',
        total_tokens: 48,
        input_tokens: 13,
        input_token_details: { text_tokens: 0, audio_tokens: 13 },
        output_tokens: 35,
      },
      // 13 × 6 + 35 × 10 = 428
      '0.000428',
    ],
    ['of a transcription by duration', 'gpt-transcribe', { type: 'duration', seconds: 90 }, '0.00675'],
    // 1 × 0.017 / 60 = 0.00028333…
    ['that does not come out', 'gpt-realtime-whisper', { type: 'duration', seconds: 1 }, '0.000283333333'],
    ['of nothing', 'gpt-realtime-2.1', { input_tokens: 0, output_tokens: 0 }, '0'],
    ['of a model without a price', 'gpt-unheard-of', RESPONSE, null],
    ['of a dated snapshot: that of its family', 'gpt-realtime-2.1-mini-2026-10-01', RESPONSE, '0.00244324'],
    // (119 - 64) × 5 + 64 × 2.50 + 8 × 100 + 36 × 20 + 112 × 200 = 24355
    ['of a dated snapshot with its own', 'gpt-4o-realtime-preview-2024-10-01', RESPONSE, '0.024355'],
    ['of a name that only ends like a date', 'gpt-realtime-2.1-2026', RESPONSE, null],
    ['of a snapshot of a model without a price', 'gpt-unheard-of-2026-10-01', RESPONSE, null],
    // (119 - 64) × 4 + 64 × 0.40 + 8 × 32 + 36 × 16 + 112 × 64 = 8245.6
    ['of the first general model', 'gpt-realtime-2025-08-28', RESPONSE, '0.0082456'],
    ['of its small sibling', 'gpt-realtime-mini-2025-12-15', RESPONSE, '0.00244324'],
    ['of seconds of an old transcriber', 'whisper-1', { type: 'duration', seconds: 30 }, '0.003'],
    // 13 × 3 + 35 × 5 = 214
    [
      'of a small transcriber by tokens',
      'gpt-4o-mini-transcribe-2025-12-15',
      { type: 'tokens', input_tokens: 13, input_token_details: { audio_tokens: 13 }, output_tokens: 35 },
      '0.000214',
    ],
    ['of the same by duration', 'gpt-4o-mini-transcribe', { type: 'duration', seconds: 60 }, '0.003'],
    ['of tokens at a price per minute', 'gpt-transcribe', RESPONSE, null],
    ['of minutes at a price per token', 'gpt-realtime-2.1', { type: 'duration', seconds: 1 }, null],
  ])('%s', (_, model, usage, cost) => {
    expect(costOf(model, usage)).toBe(cost);
  });

  it('is of its day: the newest price that was in force, and none from before the first', () => {
    const prices = mergePrices([
      { models: ['m'], from: '2026-03-01', textInput: '2' },
      { models: ['m'], from: '2026-01-01', textInput: '1' },
    ]);
    const usage = { input_tokens: 1_000_000, input_token_details: { text_tokens: 1_000_000 } };
    const on = (day: string) => paidBy(prices, 'm', usage, new Date(day));
    expect(on('2026-02-28T23:59:59.999Z')).toEqual({
      cost: '1',
      estimated: false,
      price: { model: 'm', from: '2026-01-01', textInput: '1' },
    });
    expect(on('2026-03-01T00:00:00.000Z')?.cost).toBe('2');
    expect(on('2025-12-31T23:59:59.999Z')).toBeNull();
  });

  it('is reckoned by the prices of the operator where there are any', () => {
    const prices = mergePrices([{ models: ['gpt-transcribe'], from: '2026-06-01', minute: '0.01' }]);
    const usage = { type: 'duration', seconds: 60 };
    expect(paidBy(prices, 'gpt-transcribe', usage)?.cost).toBe('0.01');
    // Not the one of this version, from before.
    expect(paidBy(prices, 'gpt-transcribe', usage, new Date('2026-05-31T12:00:00Z'))).toBeNull();
    expect(paidBy(prices, 'gpt-live-transcribe', usage)?.cost).toBe('0.017');
  });

  it('of a snapshot goes by what the operator says of its family, or of itself', () => {
    const usage = { type: 'duration', seconds: 60 };
    const family = { models: ['gpt-transcribe'], from: '2026-06-01', minute: '0.01' };
    const itself = { models: ['gpt-transcribe-2026-06-01'], from: '2026-06-01', minute: '0.02' };
    expect(paidBy(mergePrices([family]), 'gpt-transcribe-2026-06-01', usage)).toMatchObject({
      cost: '0.01',
      price: { model: 'gpt-transcribe' },
    });
    expect(paidBy(mergePrices([family, itself]), 'gpt-transcribe-2026-06-01', usage)?.cost).toBe('0.02');
  });
});

describe('decimals', () => {
  it.each(['0', '1', '0.004213', '0.000000000001', '999999999999999999.999999999999'])('%s', (decimal) => {
    expect(fromUnits(toUnits(decimal) ?? -1n)).toBe(decimal);
  });

  it.each(['', '.5', '1.', '-1', '1e3', '0.0000000000001'])('%j is none', (text) => {
    expect(toUnits(text)).toBeNull();
  });
});

describe("the provider's usage", () => {
  it('is kept as it came, with what nobody knows of', () => {
    const usage = {
      ...RESPONSE,
      reasoning: { effort: 'low' },
      input_token_details: { ...RESPONSE.input_token_details, x: [1] },
    };
    expect(parseUsage(usage)).toMatchObject({
      ok: true,
      value: {
        usage,
        stated: {
          inputTextTokens: 119,
          inputAudioTokens: 8,
          cachedTextTokens: 64,
          outputAudioTokens: 112,
          totalTokens: 275,
        },
      },
    });
  });

  it('loses what looks like a credential', () => {
    const key = `sk-${'a1B2'.repeat(10)}`;
    const parsed = parseUsage({ ...RESPONSE, note: key, api_key: 'x' });
    expect(JSON.stringify(parsed)).not.toContain(key);
    expect(parsed).toMatchObject({
      ok: true,
      value: { usage: { api_key: '[redacted]', total_tokens: 275 } },
    });
  });

  const details = RESPONSE.input_token_details;
  it.each<[string, unknown, string[]]>([
    ['no object', 5, []],
    ['null', null, []],
    ['an empty object', {}, []],
    ['an unknown type', { type: 'words' }, ['type']],
    ['a negative number', { ...RESPONSE, total_tokens: -1 }, ['total_tokens']],
    ['a fraction', { ...RESPONSE, output_tokens: 1.5 }, ['output_tokens']],
    ['a number as text', { ...RESPONSE, input_tokens: '127' }, ['input_tokens']],
    ['more than can be', { ...RESPONSE, input_tokens: 1e15 }, ['input_tokens']],
    ['a total that is none', { ...RESPONSE, total_tokens: 276 }, ['total_tokens']],
    [
      'parts that are more than the whole',
      { ...RESPONSE, input_tokens: 126, total_tokens: 274 },
      ['input_tokens'],
    ],
    ['a total less than its parts', { input_tokens: 5, output_tokens: 0, total_tokens: 0 }, ['total_tokens']],
    ['a total less than one side', { output_tokens: 5, total_tokens: 4 }, ['total_tokens']],
    [
      'more cached than went in',
      {
        ...RESPONSE,
        input_token_details: { ...details, cached_tokens: 9, cached_tokens_details: { audio_tokens: 9 } },
      },
      ['input_token_details', 'cached_tokens_details', 'audio_tokens'],
    ],
    [
      'more cached than went in, of no kind',
      { input_tokens: 5, input_token_details: { cached_tokens: 6 } },
      ['input_token_details', 'cached_tokens'],
    ],
    [
      'fewer cached than their kinds',
      {
        input_tokens: 9,
        input_token_details: { text_tokens: 9, cached_tokens: 3, cached_tokens_details: { text_tokens: 4 } },
      },
      ['input_token_details', 'cached_tokens'],
    ],
    ['a duration below zero', { type: 'duration', seconds: -1 }, ['seconds']],
    ['a duration of nothing', { type: 'duration' }, ['seconds']],
    ['a duration longer than a day', { type: 'duration', seconds: 86_401 }, ['seconds']],
  ])('is refused by field: %s', (_, usage, path) => {
    expect(parseUsage(usage)).toEqual({
      ok: false,
      issues: [{ path: ['usage', ...path], message: expect.any(String) }],
    });
  });
});
