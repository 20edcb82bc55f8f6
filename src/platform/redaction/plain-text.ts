import type { z } from 'zod';
import { text } from '../validation/text.ts';
import { isCredential } from './credential-forms.ts';
import { looksLikeCredential } from './redact-text.ts';

const REFUSAL = 'must not look like a credential';

/** Like text(), for a text that is stored and shown unchanged: one with a credential in it is refused. */
export function plainText(max: number) {
  return text(max).refine((value) => !looksLikeCredential(value), REFUSAL);
}

/** Like text(), for an identifier that others chose, such as the subject of a token. */
export function identifier(max: number) {
  return noCredential(text(max));
}

/**
 * Refuses what is a credential as a whole. No more than that: identifiers are URLs, or random, and begin like a credential
 * now and then.
 */
export function noCredential<Schema extends z.ZodType<string>>(schema: Schema) {
  return schema.refine((value) => !isCredential(value), REFUSAL);
}
