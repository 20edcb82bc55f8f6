import { redactText } from '../platform/redaction/redact-text.ts';
import { type Parsed, parse } from '../platform/validation/input-issue.ts';
import { text } from '../platform/validation/text.ts';

const reason = text(1000)
  .nullish()
  .transform((value) => (value == null ? null : redactText(value)));

/** The caller's reason for a change, with credentials replaced; null when there is none. */
export function parseReason(input: unknown): Parsed<string | null> {
  return parse(reason, input, ['reason']);
}
