import { plainText } from '../platform/redaction/plain-text.ts';
import { type Parsed, parse } from '../platform/validation/input-issue.ts';

/** The identifier that the applications use for a user. */
export function parseExternalUserId(input: unknown): Parsed<string> {
  return parse(plainText(255), input, ['externalUserId']);
}
