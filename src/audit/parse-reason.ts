import { redactText } from '../platform/redaction/redact-text.ts';
import { type Parsed, parse } from '../platform/validation/input-issue.ts';
import { text } from '../platform/validation/text.ts';

const reason = text(1000)
  .nullish()
  .transform((given) => (given == null ? null : redactText(given)));

/** Why something was done, in the caller's words, credentials replaced; null when they gave none. */
export function parseReason(input: unknown): Parsed<string | null> {
  return parse(reason, input, ['reason']);
}
