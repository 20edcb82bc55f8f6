import { describe, expect, it } from 'vitest';
import { toUnits } from '../../src/platform/validation/decimal.ts';
import { countUnsplit } from '../../src/usage/count-unsplit.ts';
import { parseUsage } from '../../src/usage/parse-usage.ts';
import type { PriceList } from '../../src/usage/price.ts';
import { priceUsage } from '../../src/usage/price-usage.ts';
import { mergePrices } from '../../src/usage/prices.ts';
import type { PaidBy } from '../../src/usage/usage.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { RESPONSE } from '../support/usage.ts';

const PRICES = mergePrices([]);
const AT = new Date('2026-11-22T12:00:00Z');

function paidBy(prices: PriceList, model: string, usage: object): PaidBy | null {
  const parsed = parseUsage(usage);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return priceUsage(prices, model, AT, parsed.value);
}

describe('what is not told is priced at the dearer bound, and marked', () => {
  const details = RESPONSE.input_token_details;
  const noSplit = { ...RESPONSE, input_token_details: { ...details, cached_tokens_details: undefined } };
  const TOKENS_ONLY = [{ models: ['m'], from: '2026-01-01', textInput: '1', textOutput: '9' }];
  it.each<[string, string, object, string, object]>([
    // 64 cached of 119 text and 8 audio: all of them text saves least. The same as if it had been said.
    ['cached tokens of two kinds', 'gpt-realtime-2.1', noSplit, '0.0085336', { cachedTextTokens: 64 }],
    [
      'more cached tokens than the one kind has',
      'gpt-realtime-2.1',
      {
        input_tokens: 30,
        output_tokens: 0,
        input_token_details: { text_tokens: 10, audio_tokens: 20, cached_tokens: 15 },
      },
      // 10 × 0.40 + 5 × 0.40 + 15 × 32 = 486
      '0.000486',
      { cachedTextTokens: 10, cachedAudioTokens: 5 },
    ],
    [
      'cached tokens of which only some are told',
      'gpt-realtime-2.1',
      {
        input_tokens: 30,
        input_token_details: {
          ...{ text_tokens: 10, audio_tokens: 20, cached_tokens: 15 },
          cached_tokens_details: { audio_tokens: 3 },
        },
      },
      // 3 × 0.40 + 10 × 0.40 + 2 × 0.40 + 15 × 32 = 486
      '0.000486',
      { cachedTextTokens: 10, cachedAudioTokens: 5 },
    ],
    // 5 × 32
    ['input of no kind', 'gpt-realtime-2.1', { input_tokens: 5 }, '0.00016', { inputAudioTokens: 5 }],
    // 5 × 64
    ['output of no kind', 'gpt-realtime-2.1', { output_tokens: 5 }, '0.00032', { outputAudioTokens: 5 }],
    // 275 × 64
    ['only a total', 'gpt-realtime-2.1', { total_tokens: 275 }, '0.0176', { outputAudioTokens: 275 }],
    [
      'an input and a total',
      'gpt-realtime-2.1',
      { input_tokens: 5, input_token_details: { text_tokens: 5 }, total_tokens: 8 },
      // 5 × 4 + 3 × 64
      '0.000212',
      { inputTextTokens: 5, outputAudioTokens: 3, totalTokens: 8 },
    ],
    [
      'cached input of no kind',
      'gpt-realtime-2.1',
      { input_tokens: 10, input_token_details: { cached_tokens: 4 } },
      // 6 × 32 + 4 × 0.50, as images
      '0.000194',
      { inputAudioTokens: 10, cachedAudioTokens: 4 },
    ],
    [
      'input of no kind, of which some was cached as text',
      'gpt-realtime-2.1',
      { input_tokens: 10, input_token_details: { cached_tokens_details: { text_tokens: 4 } } },
      // 6 × 32 + 4 × 0.40
      '0.0001936',
      { inputTextTokens: 4, inputAudioTokens: 6, cachedTextTokens: 4 },
    ],
    [
      'a kind that nobody knows of',
      'gpt-realtime-2.1',
      { input_tokens: 10, input_token_details: { text_tokens: 4, video_tokens: 6 } },
      // 4 × 4 + 6 × 32
      '0.000208',
      { inputTextTokens: 4, inputAudioTokens: 6 },
    ],
    [
      'reasoning beside the kinds',
      'gpt-realtime-2.1',
      { output_tokens: 30, output_token_details: { text_tokens: 10, reasoning_tokens: 20 } },
      // 10 × 24 + 20 × 64
      '0.00152',
      { outputTextTokens: 10, outputAudioTokens: 20 },
    ],
    [
      'images that come out',
      'gpt-realtime-2.1',
      { output_tokens: 5, output_token_details: { image_tokens: 5 } },
      '0.00032',
      { outputAudioTokens: 5 },
    ],
    [
      'images without a price',
      'gpt-4o-realtime-preview',
      { input_tokens: 5, input_token_details: { image_tokens: 5 } },
      // 5 × 40
      '0.0002',
      { inputImageTokens: 5 },
    ],
    [
      'cached tokens without a price of their own',
      'gpt-4o-transcribe',
      { type: 'tokens', input_tokens: 5, input_token_details: { audio_tokens: 5, cached_tokens: 2 } },
      // 5 × 6
      '0.00003',
      { inputAudioTokens: 5, cachedAudioTokens: 2 },
    ],
    [
      'a transcription without kinds',
      'gpt-4o-transcribe',
      { type: 'tokens', input_tokens: 13, output_tokens: 35 },
      // 13 × 6 + 35 × 10
      '0.000428',
      { inputAudioTokens: 13, outputTextTokens: 35 },
    ],
    [
      'tokens and seconds, where either has a price',
      'gpt-4o-transcribe',
      { input_tokens: 5, input_token_details: { audio_tokens: 5 }, billable_audio_seconds: 60 },
      '0.006',
      { inputAudioTokens: 5, transcriptionSeconds: '60.000000000000' },
    ],
  ])('%s', (_, model, usage, cost, numbers) => {
    expect(paidBy(PRICES, model, usage)).toMatchObject({ cost, estimated: true });
    const parsed = parseUsage(usage);
    expect(parsed.ok && countUnsplit(parsed.value)).toMatchObject(numbers);
  });

  it('is never cheaper than any way in which the tokens can have been of their kinds', () => {
    const random = seededRandom(11);
    const below = (most: number) => Math.floor(random() * (most + 1));
    for (let round = 0; round < 300; round += 1) {
      const model = ['gpt-realtime-2.1', 'gpt-realtime-2.1-mini', 'gpt-4o-realtime-preview'][round % 3] ?? '';
      const input = { text: below(20), audio: below(20), image: round % 3 === 2 ? 0 : below(20) };
      const cached = { text: below(input.text), audio: below(input.audio), image: below(input.image) };
      const output = { text: below(20), audio: below(20) };
      const tokensOf = (kinds: object) =>
        Object.fromEntries(Object.entries(kinds).map(([kind, tokens]) => [`${kind}_tokens`, tokens]));
      const sumOf = (kinds: object) =>
        Object.values(kinds).reduce((sum: number, tokens: number) => sum + tokens, 0);
      const whole = {
        input_tokens: sumOf(input),
        output_tokens: sumOf(output),
        total_tokens: sumOf(input) + sumOf(output),
        input_token_details: {
          ...tokensOf(input),
          cached_tokens: sumOf(cached),
          cached_tokens_details: tokensOf(cached),
        },
        output_token_details: tokensOf(output),
      };
      const { cached_tokens_details: _, ...unsplit } = whole.input_token_details;
      const less = [
        { ...whole, input_token_details: unsplit },
        { ...whole, input_token_details: { cached_tokens: sumOf(cached) } },
        { ...whole, input_token_details: { cached_tokens_details: tokensOf(cached) } },
        { ...whole, input_token_details: { text_tokens: input.text, cached_tokens: sumOf(cached) } },
        { ...whole, output_token_details: { text_tokens: output.text } },
        { total_tokens: whole.total_tokens },
      ];
      const exact = paidBy(PRICES, model, whole);
      expect(exact).toMatchObject({ estimated: false });
      for (const usage of less) {
        const bound = paidBy(PRICES, model, usage);
        const [atMost, atLeast] = [bound, exact].map((paid) => toUnits(paid?.cost ?? '') ?? -1n);
        expect({
          usage,
          isBound: atMost !== undefined && atLeast !== undefined && atMost >= atLeast,
        }).toEqual({
          usage,
          isBound: true,
        });
        if (bound?.cost !== exact?.cost) expect(bound).toMatchObject({ estimated: true });
      }
    }
  });

  it.each<[string, object]>([
    ['the only kind', { input_tokens: 9, input_token_details: { audio_tokens: 9, cached_tokens: 4 } }],
    [
      'all that went in',
      { input_tokens: 9, input_token_details: { text_tokens: 5, audio_tokens: 4, cached_tokens: 9 } },
    ],
    [
      'reasoning that is part of the text',
      { output_tokens: 9, output_token_details: { text_tokens: 9, reasoning_tokens: 5 } },
    ],
  ])('but not what follows from the rest: %s', (_, usage) => {
    expect(paidBy(PRICES, 'gpt-realtime-2.1', usage)).toMatchObject({ estimated: false });
  });

  it('and costs nobody knows what where nothing of the kind has a price', () => {
    expect(paidBy(mergePrices(TOKENS_ONLY), 'm', { input_tokens: 5 })).toMatchObject({
      cost: '0.000005',
      estimated: true,
    });
    const inputOnly = mergePrices([{ models: ['m'], from: '2026-01-01', textInput: '1' }]);
    expect(paidBy(inputOnly, 'm', { output_tokens: 5 })).toBeNull();
    expect(paidBy(mergePrices(TOKENS_ONLY), 'm', { type: 'duration', seconds: 1 })).toBeNull();
  });
});

describe('audio that is billed by its seconds, beside tokens of none', () => {
  const zero = { total_tokens: 0, input_tokens: 0, output_tokens: 0, billable_audio_seconds: 90 };

  it('is kept, and costs its minutes; without a price for them, nobody knows what', () => {
    const prices = mergePrices([{ models: ['grok-voice-latest'], from: '2026-01-01', minute: '0.05' }]);
    expect(paidBy(prices, 'grok-voice-latest', zero)).toMatchObject({ cost: '0.075', estimated: false });
    expect(paidBy(prices, 'gpt-realtime-2.1', zero)).toBeNull();
    // Minutes cover the tokens where only they have a price.
    expect(
      paidBy(prices, 'grok-voice-latest', { ...zero, ...{ input_tokens: 5, total_tokens: 5 } })?.cost,
    ).toBe('0.075');
    expect(parseUsage(zero)).toMatchObject({
      value: { stated: { transcriptionSeconds: '90.000000000000' } },
    });
  });

  it.each([-1, 86_401, '5'])('is refused by field where it cannot be right: %j', (billable_audio_seconds) => {
    expect(parseUsage({ ...zero, billable_audio_seconds })).toMatchObject({
      issues: [{ path: ['usage', 'billable_audio_seconds'] }],
    });
  });
});
