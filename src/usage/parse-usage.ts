import { z } from 'zod';
import { identifier } from '../platform/redaction/plain-text.ts';
import { redactJson } from '../platform/redaction/redact-json.ts';
import { type InputIssue, type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import { json } from '../platform/validation/text.ts';
import { parseTokens } from './parse-tokens.ts';
import { seconds, secondsText } from './seconds.ts';
import { NO_NUMBERS, NO_UNSPLIT, type ReportedNumbers } from './usage.ts';

/** Of the usage object as JSON in UTF-8. The provider's have less than 1,000. */
export const MAX_USAGE_BYTES = 4096;

/** The provider's usage object of a transcription that is billed by duration. */
const durationSchema = z.looseObject({ type: z.literal('duration'), seconds });

const responseIdSchema = identifier(255).regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces');

/** The numbers that we know, and the provider's whole object, redacted. */
export type ParsedUsage = ReportedNumbers & { readonly usage: JsonObject };

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
 * Parses the provider's usage object as it was received. Refuses, with the field's path, what cannot be right: negative
 * numbers, parts that are more than their whole. What is only incomplete is kept.
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
  return { ok: true, value: { ...numbers.value, usage } };
}

function refused(issues: readonly InputIssue[]): { ok: false; issues: readonly InputIssue[] } {
  return { ok: false, issues: issues.map(({ path, message }) => ({ path: [ROOT, ...path], message })) };
}

function parseDuration(input: JsonObject): Parsed<ReportedNumbers> {
  const parsed = durationSchema.safeParse(input);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  const stated = { ...NO_NUMBERS, transcriptionSeconds: secondsText(parsed.data.seconds) };
  return { ok: true, value: { stated, unsplit: NO_UNSPLIT } };
}
