import { identifier } from '../platform/redaction/plain-text.ts';
import { type Parsed, parse } from '../platform/validation/input-issue.ts';

/** The identifier that the applications, or the tokens of the identity provider, use for a user. */
export const externalUserId = identifier(255);

/** Parses it where it stands by itself, to look a user up or to change one. */
export function parseExternalUserId(input: unknown): Parsed<string> {
  return parse(externalUserId, input, ['externalUserId']);
}
