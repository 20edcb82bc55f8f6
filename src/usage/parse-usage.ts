import { z } from 'zod';
import { identifier } from '../platform/redaction/plain-text.ts';
import { redactJson } from '../platform/redaction/redact-json.ts';
import { type InputIssue, type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import { json } from '../platform/validation/text.ts';
import { parseTokens } from './parse-tokens.ts';
import { NO_NUMBERS, type UsageNumbers } from './usage.ts';

/** Of the usage object as JSON in UTF-8. The provider's have less than 1,000. */
export const MAX_USAGE_BYTES = 4096;
export const MAX_SECONDS = 86_400;

/** The provider's usage object of a transcription that is billed by duration. */
const durationSchema = z.looseObject({
  type: z.literal('duration'),
  seconds: z
    .number('must be a number')
    .min(0, 'must be at least 0')
    .max(MAX_SECONDS, `must be at most ${MAX_SECONDS}`),
});

const responseIdSchema = identifier(255).regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');

/** The numbers that we know, and the provider's whole object, redacted. */
export type ParsedUsage = { readonly numbers: UsageNumbers; readonly usage: JsonObject };

const ROOT = 'usage';

/** Parses the text fields of a report: the provider's id of the response, and the model if it is not the session's. */
export function parseUsageNames(input: {
  readonly responseId: unknown;
  readonly model: unknown;
}): Parsed<{ responseId: string; model: string | null }> {
  const parsed = z
    .object({
      responseId: responseIdSchema,
      model: identifier(256)
        .nullish()
        .transform((name) => name ?? null),
    })
    .safeParse(input);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: toInputIssues(parsed.error) };
}

/**
 * Parses the provider's usage object as it was received. Refuses, with the field's path, what cannot be right or cannot be
 * priced: negative numbers, parts that do not add up to their whole, tokens without a kind.
 */
export function parseUsage(input: unknown): Parsed<ParsedUsage> {
  const stored = json.safeParse(input);
  if (!stored.success) return refused(toInputIssues(stored.error));
  if (!isJsonObject(stored.data)) return refused([{ path: [], message: 'must be an object' }]);
  if (Buffer.byteLength(JSON.stringify(stored.data)) > MAX_USAGE_BYTES)
    return refused([{ path: [], message: `must have at most ${MAX_USAGE_BYTES} bytes as JSON` }]);
  const numbers = stored.data['type'] === 'duration' ? parseDuration(stored.data) : parseTokens(stored.data);
  if (!numbers.ok) return refused(numbers.issues);
  const usage = redactJson(stored.data);
  if (!isJsonObject(usage)) throw new Error('A redacted object is an object');
  return { ok: true, value: { numbers: numbers.value, usage } };
}

function refused(issues: readonly InputIssue[]): { ok: false; issues: readonly InputIssue[] } {
  return { ok: false, issues: issues.map(({ path, message }) => ({ path: [ROOT, ...path], message })) };
}

/** Seconds may come as 3.2999999999999998, so they are rounded to 12 decimals. */
function parseDuration(input: JsonObject): Parsed<UsageNumbers> {
  const parsed = durationSchema.safeParse(input);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  return { ok: true, value: { ...NO_NUMBERS, transcriptionSeconds: parsed.data.seconds.toFixed(12) } };
}
