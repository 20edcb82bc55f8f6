import { z } from 'zod';
import { type InputIssue, type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import type { JsonObject } from '../platform/validation/json.ts';
import { seconds, secondsText } from './seconds.ts';
import { NO_NUMBERS, type ReportedNumbers } from './usage.ts';

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
  // xAI bills by it, beside tokens that may all be 0.
  billable_audio_seconds: seconds.nullish(),
});

type Tokens = z.infer<typeof tokensSchema>;
type Kinds = { text: number; audio: number; image: number };
type AddIssue = (path: readonly string[], message: string) => void;

/**
 * Reads usage that is counted in tokens. Tokens whose kind is not told are kept apart; what contradicts itself is refused.
 */
export function parseTokens(reported: JsonObject): Parsed<ReportedNumbers> {
  const parsed = tokensSchema.safeParse(reported);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  const issues: InputIssue[] = [];
  const addIssue: AddIssue = (path, message) => void issues.push({ path, message });
  if (isEmpty(parsed.data)) addIssue([], 'holds no usage: neither tokens nor a duration');
  const value = numbersOf(parsed.data, addIssue);
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value };
}

function isEmpty(usage: Tokens): boolean {
  const { input_tokens, output_tokens, total_tokens, billable_audio_seconds } = usage;
  const numbers = [input_tokens, output_tokens, total_tokens, billable_audio_seconds];
  const details = [usage.input_token_details, usage.output_token_details];
  return [...numbers, ...details].every((field) => field == null);
}

function numbersOf(usage: Tokens, addIssue: AddIssue): ReportedNumbers {
  const { type, total_tokens: total, billable_audio_seconds: billed } = usage;
  const output = kindsOf(usage.output_token_details);
  const whole = wholesOf(usage, sumOf(kindsOf(usage.input_token_details)), sumOf(output));
  if (total != null && total !== whole.input + whole.output)
    addIssue(['total_tokens'], 'must be input_tokens and output_tokens together');
  if (whole.output < sumOf(output))
    addIssue(['output_tokens'], 'must be at least the sum of output_token_details');
  const input = inputOf(usage.input_token_details, whole.input, addIssue);

  const unsplitOutput = whole.output - output.text - output.audio;
  // A transcription comes out as text, so it needs no details.
  const isText = type === 'tokens' && usage.output_token_details == null && !whole.isGuess;
  return {
    stated: {
      ...NO_NUMBERS,
      ...input.stated,
      outputTextTokens: output.text + (isText ? unsplitOutput : 0),
      outputAudioTokens: output.audio,
      totalTokens: whole.input + whole.output,
      transcriptionSeconds: secondsText(billed ?? 0),
    },
    unsplit: { ...input.unsplit, output: isText ? 0 : unsplitOutput },
  };
}

/** The input by kind. Cached tokens are a part of it, so they tell the kind of tokens that nothing else tells it of. */
function inputOf(details: Tokens['input_token_details'], whole: number, addIssue: AddIssue) {
  const input = kindsOf(details);
  const cached = kindsOf(details?.cached_tokens_details);
  const wholeCached = details?.cached_tokens ?? sumOf(cached);
  if (whole < sumOf(input)) addIssue(['input_tokens'], 'must be at least the sum of input_token_details');
  let unsplit = Math.max(0, whole - sumOf(input));
  for (const kind of ['text', 'audio', 'image'] as const) {
    const missing = Math.max(0, cached[kind] - input[kind]);
    if (missing > unsplit)
      addIssue(
        ['input_token_details', 'cached_tokens_details', `${kind}_tokens`],
        `must be at most the ${kind}_tokens of the input, of which they are a part`,
      );
    input[kind] += missing;
    unsplit = Math.max(0, unsplit - missing);
  }
  const path = ['input_token_details', 'cached_tokens'];
  if (wholeCached < sumOf(cached)) addIssue(path, 'must be at least the sum of cached_tokens_details');
  else if (wholeCached > Math.max(whole, sumOf(cached)))
    addIssue(path, 'must be at most input_tokens, of which they are a part');
  return {
    stated: {
      ...{ inputTextTokens: input.text, inputAudioTokens: input.audio, inputImageTokens: input.image },
      ...{ cachedTextTokens: cached.text, cachedAudioTokens: cached.audio, cachedImageTokens: cached.image },
    },
    unsplit: { input: unsplit, cached: wholeCached - sumOf(cached) },
  };
}

/** The tokens of each side. What is not told follows from the rest; of a total alone all is output, which costs more. */
function wholesOf(
  { input_tokens, output_tokens, total_tokens }: Tokens,
  input: number,
  output: number,
): { input: number; output: number; isGuess: boolean } {
  const rest = (side: number, least: number) => Math.max((total_tokens ?? 0) - side, least);
  if (input_tokens == null && output_tokens != null)
    return { input: rest(output_tokens, input), output: output_tokens, isGuess: false };
  const wholeInput = input_tokens ?? input;
  return {
    input: wholeInput,
    output: output_tokens ?? rest(wholeInput, output),
    isGuess: input_tokens == null && output_tokens == null,
  };
}

function kindsOf(details: z.infer<typeof kinds> | null | undefined): Kinds {
  return {
    text: details?.text_tokens ?? 0,
    audio: details?.audio_tokens ?? 0,
    image: details?.image_tokens ?? 0,
  };
}

function sumOf({ text, audio, image }: Kinds): number {
  return text + audio + image;
}
