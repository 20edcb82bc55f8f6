import { describe, expect, it } from 'vitest';
import { fromUnits, toUnits } from '../../src/platform/validation/decimal.ts';
import { parseUsage } from '../../src/usage/parse-usage.ts';
import { priceUsage } from '../../src/usage/price-usage.ts';
import { mergePrices } from '../../src/usage/prices.ts';

const PRICES = mergePrices([]);
const AT = new Date('2026-11-22T12:00:00Z');

// As in the provider's reference of response.done.
const RESPONSE = {
  total_tokens: 275,
  input_tokens: 127,
  output_tokens: 148,
  input_token_details: {
    cached_tokens: 64,
    text_tokens: 119,
    audio_tokens: 8,
    image_tokens: 0,
    cached_tokens_details: { text_tokens: 64, audio_tokens: 0, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 36, audio_tokens: 112 },
};

function costOf(model: string, usage: object, at = AT): string | null {
  const parsed = parseUsage(usage);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return priceUsage(PRICES, model, at, parsed.value.numbers)?.cost ?? null;
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
      // 13 × 2.50 + 35 × 10 = 382.5
      '0.0003825',
    ],
    ['of a transcription by duration', 'gpt-transcribe', { type: 'duration', seconds: 90 }, '0.00675'],
    // 1 × 0.017 / 60 = 0.00028333…
    ['that does not come out', 'gpt-realtime-whisper', { type: 'duration', seconds: 1 }, '0.000283333333'],
    ['of nothing', 'gpt-realtime-2.1', { input_tokens: 0, output_tokens: 0 }, '0'],
    ['of a model without a price', 'gpt-unheard-of', RESPONSE, null],
    ['of a dated snapshot, which may have another price', 'gpt-realtime-2.1-2026-01-01', RESPONSE, null],
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
    const parsed = parseUsage({ input_tokens: 1_000_000, input_token_details: { text_tokens: 1_000_000 } });
    if (!parsed.ok) throw new Error('was refused');
    const on = (day: string) => priceUsage(prices, 'm', new Date(day), parsed.value.numbers);
    expect(on('2026-02-28T23:59:59.999Z')).toEqual({
      cost: '1',
      price: { model: 'm', from: '2026-01-01', textInput: '1' },
    });
    expect(on('2026-03-01T00:00:00.000Z')?.cost).toBe('2');
    expect(on('2025-12-31T23:59:59.999Z')).toBeNull();
  });

  it('is reckoned by the prices of the operator where there are any', () => {
    const prices = mergePrices([{ models: ['gpt-transcribe'], from: '2026-06-01', minute: '0.01' }]);
    const parsed = parseUsage({ type: 'duration', seconds: 60 });
    if (!parsed.ok) throw new Error('was refused');
    expect(priceUsage(prices, 'gpt-transcribe', AT, parsed.value.numbers)?.cost).toBe('0.01');
    // Not the one of this version, from before.
    expect(
      priceUsage(prices, 'gpt-transcribe', new Date('2026-05-31T12:00:00Z'), parsed.value.numbers),
    ).toBeNull();
    expect(priceUsage(prices, 'gpt-live-transcribe', AT, parsed.value.numbers)?.cost).toBe('0.017');
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
        numbers: {
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

  it('takes cached tokens without their kinds to be of the only one there is', () => {
    const usage = { input_tokens: 9, input_token_details: { audio_tokens: 9, cached_tokens: 4 } };
    expect(parseUsage(usage)).toMatchObject({ value: { numbers: { cachedAudioTokens: 4 } } });
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
    ['parts that are not the whole', { ...RESPONSE, input_tokens: 128, total_tokens: 275 }, ['input_tokens']],
    ['tokens of no kind', { input_tokens: 5, output_tokens: 0, total_tokens: 0 }, ['input_token_details']],
    [
      'more cached than went in',
      {
        ...RESPONSE,
        input_token_details: { ...details, cached_tokens: 9, cached_tokens_details: { audio_tokens: 9 } },
      },
      ['input_token_details', 'cached_tokens_details', 'audio_tokens'],
    ],
    [
      'cached tokens of either kind',
      { ...RESPONSE, input_token_details: { ...details, cached_tokens_details: undefined } },
      ['input_token_details', 'cached_tokens_details'],
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
