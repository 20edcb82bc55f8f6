import { z } from 'zod';
import { plainText } from '../platform/redaction/plain-text.ts';
import { redactJson } from '../platform/redaction/redact-json.ts';
import { type InputIssue, type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import { json } from '../platform/validation/text.ts';
import type { UsageNumbers } from './usage.ts';

const MAX_LENGTH = 16_384;
// Far beyond what a response can use, and sums of as many as there will be stay exact as a JSON number.
const MAX_TOKENS = 100_000_000;
const MAX_SECONDS = 86_400;

const count = z
  .int('must be a whole number')
  .min(0, 'must be at least 0')
  .max(MAX_TOKENS, `must be at most ${MAX_TOKENS}`)
  .nullish();

const kinds = z.looseObject(
  { text_tokens: count, audio_tokens: count, image_tokens: count },
  'must be an object',
);

/** What the provider says of a response, or of a transcription by tokens. Everything in it is optional. */
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

/** What it says of a transcription by duration. */
const durationSchema = z.looseObject({
  type: z.literal('duration'),
  seconds: z
    .number('must be a number')
    .min(0, 'must be at least 0')
    .max(MAX_SECONDS, `must be at most ${MAX_SECONDS}`),
});

const responseIdSchema = plainText(255).regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');

/** What of the provider's object is known, and the object itself, which is kept. */
export type ParsedUsage = { readonly numbers: UsageNumbers; readonly usage: JsonObject };
type Kinds = { text: number; audio: number; image: number };
type Given = z.infer<typeof kinds> | null | undefined;

const ROOT = 'usage';

/** The fields of a report that are text: how the provider calls the response, and the model if it is not the session's. */
export function parseUsageNames(input: {
  readonly responseId: unknown;
  readonly model: unknown;
}): Parsed<{ responseId: string; model: string | null }> {
  const parsed = z
    .object({
      responseId: responseIdSchema,
      model: plainText(256)
        .nullish()
        .transform((name) => name ?? null),
    })
    .safeParse(input);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: toInputIssues(parsed.error) };
}

/**
 * Reads the provider's usage object as it comes. What cannot be is refused by field: negative numbers, parts that are
 * more or less than their whole, tokens of which nobody can say of what kind they are and so what they cost.
 */
export function parseUsage(input: unknown): Parsed<ParsedUsage> {
  const stored = json.safeParse(input);
  if (!stored.success) return refused(toInputIssues(stored.error));
  if (!isJsonObject(stored.data)) return refused([{ path: [], message: 'must be an object' }]);
  if (JSON.stringify(stored.data).length > MAX_LENGTH)
    return refused([{ path: [], message: `must have at most ${MAX_LENGTH} characters as JSON` }]);
  const numbers = stored.data['type'] === 'duration' ? ofDuration(stored.data) : ofTokens(stored.data);
  if (!numbers.ok) return refused(numbers.issues);
  const usage = redactJson(stored.data);
  if (!isJsonObject(usage)) throw new Error('A redacted object is an object');
  return { ok: true, value: { numbers: numbers.value, usage } };
}

function refused(issues: readonly InputIssue[]): { ok: false; issues: readonly InputIssue[] } {
  return { ok: false, issues: issues.map(({ path, message }) => ({ path: [ROOT, ...path], message })) };
}

/** Seconds may come as 3.2999999999999998: what is beyond a millionth of a millionth is not said by anybody's clock. */
function ofDuration(given: JsonObject): Parsed<UsageNumbers> {
  const parsed = durationSchema.safeParse(given);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  return { ok: true, value: { ...NOTHING, transcriptionSeconds: parsed.data.seconds.toFixed(12) } };
}

const NOTHING: UsageNumbers = {
  ...{ inputTextTokens: 0, inputAudioTokens: 0, inputImageTokens: 0 },
  ...{ cachedTextTokens: 0, cachedAudioTokens: 0, cachedImageTokens: 0 },
  ...{ outputTextTokens: 0, outputAudioTokens: 0, totalTokens: 0 },
  transcriptionSeconds: '0',
};

function ofTokens(given: JsonObject): Parsed<UsageNumbers> {
  const parsed = tokensSchema.safeParse(given);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  const { type, input_tokens, output_tokens, total_tokens } = parsed.data;
  const issues: InputIssue[] = [];
  const issue = (path: readonly string[], message: string) => void issues.push({ path, message });
  if (input_tokens == null && output_tokens == null && total_tokens == null && !hasDetails(parsed.data))
    issue([], 'holds no usage: neither tokens nor a duration');

  const details = parsed.data.input_token_details;
  const input = partsOf(details, input_tokens, ['input'], issue);
  // A transcription comes out as text, and says no more about it.
  const output =
    type === 'tokens' && parsed.data.output_token_details == null
      ? { text: output_tokens ?? 0, audio: 0, image: 0 }
      : partsOf(parsed.data.output_token_details, output_tokens, ['output'], issue);
  if (output.image > 0) issue(['output_token_details', 'image_tokens'], 'must be 0: no price is for them');
  const cached = cachedOf(input, details?.cached_tokens_details, details?.cached_tokens, issue);
  const total = sumOf(input) + sumOf(output);
  if (total_tokens != null && total_tokens !== total)
    issue(['total_tokens'], 'must be input_tokens and output_tokens together');
  if (issues.length > 0) return { ok: false, issues };
  return {
    ok: true,
    value: {
      ...NOTHING,
      ...{ inputTextTokens: input.text, inputAudioTokens: input.audio, inputImageTokens: input.image },
      ...{ cachedTextTokens: cached.text, cachedAudioTokens: cached.audio, cachedImageTokens: cached.image },
      ...{ outputTextTokens: output.text, outputAudioTokens: output.audio, totalTokens: total },
    },
  };
}

type Issue = (path: readonly string[], message: string) => void;

function hasDetails(usage: z.infer<typeof tokensSchema>): boolean {
  return usage.input_token_details != null || usage.output_token_details != null;
}

/** A whole by its kinds. A kind that is not named has none; then the others must be the whole. */
function partsOf(
  details: Given,
  whole: number | null | undefined,
  [side]: readonly ['input' | 'output'],
  issue: Issue,
) {
  const parts = kindsOf(details);
  if (whole != null && whole !== sumOf(parts)) {
    const known =
      details?.text_tokens != null || details?.audio_tokens != null || details?.image_tokens != null;
    if (known) issue([`${side}_tokens`], `must be the sum of ${side}_token_details`);
    else issue([`${side}_token_details`], `is needed: ${side}_tokens are paid by their kind`);
  }
  return parts;
}

/** Cached tokens by kind. Without their kinds they are of the only one that there is in the input. */
function cachedOf(input: Kinds, details: Given, whole: number | null | undefined, issue: Issue): Kinds {
  const path = ['input_token_details', 'cached_tokens_details'];
  const [only, ...others] = (['text', 'audio', 'image'] as const).filter((kind) => input[kind] > 0);
  let cached = kindsOf(details);
  if (details == null && whole != null && whole > 0) {
    if (only === undefined || whole > sumOf(input)) {
      issue(
        ['input_token_details', 'cached_tokens'],
        'must be at most input_tokens, of which they are a part',
      );
    } else if (others.length > 0) issue(path, 'is needed: cached_tokens are paid by their kind');
    else cached = { ...cached, [only]: whole };
    return cached;
  }
  for (const kind of ['text', 'audio', 'image'] as const)
    if (cached[kind] > input[kind])
      issue(
        [...path, `${kind}_tokens`],
        `must be at most the ${kind}_tokens of the input, of which they are a part`,
      );
  if (whole != null && whole !== sumOf(cached))
    issue(['input_token_details', 'cached_tokens'], 'must be the sum of cached_tokens_details');
  return cached;
}

function kindsOf(details: Given): Kinds {
  return {
    text: details?.text_tokens ?? 0,
    audio: details?.audio_tokens ?? 0,
    image: details?.image_tokens ?? 0,
  };
}

function sumOf({ text: words, audio, image }: Kinds): number {
  return words + audio + image;
}
