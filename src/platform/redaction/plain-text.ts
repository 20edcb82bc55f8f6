import type { z } from 'zod';
import { text } from '../validation/text.ts';
import { looksLikeCredential } from './redact-text.ts';

/** Like text(), for a text that is stored and shown unchanged: a credential in it is refused. */
export function plainText(max: number) {
  return withoutCredential(text(max));
}

/** Refuses what looks like a credential: in a text that is stored unchanged it would be a mistake. */
export function withoutCredential<Schema extends z.ZodType<string>>(schema: Schema) {
  return schema.refine((value) => !looksLikeCredential(value), 'must not look like a credential');
}
