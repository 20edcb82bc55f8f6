import { z } from 'zod';
import { type InputIssue, type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import { NO_NUMBERS, type UsageNumbers } from './usage.ts';

// Far more than a response can use, and small enough that all sums stay exact as a JSON number.
export const MAX_TOKENS = 100_000_000;

const count = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(MAX_TOKENS, `must be at most ${MAX_TOKENS}`)
  .nullish();

const kinds = z.looseObject(
  { text_tokens: count, audio_tokens: count, image_tokens: count },
  'must be an object',
);

/** The provider's usage object of a response, or of a transcription that is billed by tokens. Every field is optional. */
const tokensSchema = z.looseObject({
  type: z.literal('tokens', 'must be "tokens" or "duration"').nullish(),
  total_tokens: count,
  input_tokens: count,
  output_tokens: count,
  input_token_details: kinds
    .extend({ cached_tokens: count, cached_tokens_details: kinds.nullish() })
    .nullish(),
  output_token_details: kinds.nullish(),
});

type Kinds = { text: number; audio: number; image: number };
type Details = z.infer<typeof kinds> | null | undefined;
type AddIssue = (path: readonly string[], message: string) => void;

/** Reads usage that is counted in tokens. */
export function parseTokens(reported: JsonObject): Parsed<UsageNumbers> {
  const parsed = tokensSchema.safeParse(reported);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  const { type, input_tokens, output_tokens, total_tokens } = parsed.data;
  const issues: InputIssue[] = [];
  const addIssue = (path: readonly string[], message: string) => void issues.push({ path, message });
  if (input_tokens == null && output_tokens == null && total_tokens == null && !hasDetails(parsed.data))
    addIssue([], 'holds no usage: neither tokens nor a duration');

  const details = parsed.data.input_token_details;
  const input = partsOf(details, input_tokens, 'input', addIssue);
  // A transcription's output is text, so it has no details.
  const output =
    type === 'tokens' && parsed.data.output_token_details == null
      ? { text: output_tokens ?? 0, audio: 0, image: 0 }
      : partsOf(parsed.data.output_token_details, output_tokens, 'output', addIssue);
  if (output.image > 0) addIssue(['output_token_details', 'image_tokens'], 'must be 0: no price is for them');
  const cached = cachedOf(input, details?.cached_tokens_details, details?.cached_tokens, addIssue);
  const total = sumOf(input) + sumOf(output);
  if (total_tokens != null && total_tokens !== total)
    addIssue(['total_tokens'], 'must be input_tokens and output_tokens together');
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    value: {
      ...NO_NUMBERS,
      ...{ inputTextTokens: input.text, inputAudioTokens: input.audio, inputImageTokens: input.image },
      ...{ cachedTextTokens: cached.text, cachedAudioTokens: cached.audio, cachedImageTokens: cached.image },
      ...{ outputTextTokens: output.text, outputAudioTokens: output.audio, totalTokens: total },
    },
  };
}

function hasDetails(usage: z.infer<typeof tokensSchema>): boolean {
  return usage.input_token_details != null || usage.output_token_details != null;
}

/** The tokens by kind. A kind that is left out counts as 0. They must add up to `whole`. */
function partsOf(
  details: Details,
  whole: number | null | undefined,
  side: 'input' | 'output',
  addIssue: AddIssue,
) {
  const parts = kindsOf(details);
  if (whole != null && whole !== sumOf(parts)) {
    const hasKinds =
      details?.text_tokens != null || details?.audio_tokens != null || details?.image_tokens != null;
    if (hasKinds) addIssue([`${side}_tokens`], `must be the sum of ${side}_token_details`);
    else addIssue([`${side}_token_details`], `is needed: ${side}_tokens are paid by their kind`);
  }
  return parts;
}

/** Cached tokens by kind. Without details, they are of the input's kind if it has only one. */
function cachedOf(
  input: Kinds,
  details: Details,
  whole: number | null | undefined,
  addIssue: AddIssue,
): Kinds {
  const path = ['input_token_details', 'cached_tokens_details'];
  const [only, ...others] = (['text', 'audio', 'image'] as const).filter((kind) => input[kind] > 0);
  let cached = kindsOf(details);
  if (details == null && whole != null && whole > 0) {
    if (only === undefined || whole > sumOf(input)) {
      addIssue(
        ['input_token_details', 'cached_tokens'],
        'must be at most input_tokens, of which they are a part',
      );
    } else if (others.length > 0) addIssue(path, 'is needed: cached_tokens are paid by their kind');
    else cached = { ...cached, [only]: whole };
    return cached;
  }
  for (const kind of ['text', 'audio', 'image'] as const)
    if (cached[kind] > input[kind])
      addIssue(
        [...path, `${kind}_tokens`],
        `must be at most the ${kind}_tokens of the input, of which they are a part`,
      );
  if (whole != null && whole !== sumOf(cached))
    addIssue(['input_token_details', 'cached_tokens'], 'must be the sum of cached_tokens_details');
  return cached;
}

function kindsOf(details: Details): Kinds {
  return {
    text: details?.text_tokens ?? 0,
    audio: details?.audio_tokens ?? 0,
    image: details?.image_tokens ?? 0,
  };
}

function sumOf({ text, audio, image }: Kinds): number {
  return text + audio + image;
}
