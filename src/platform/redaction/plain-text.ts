import type { z } from 'zod';
import { text } from '../validation/text.ts';
import { looksLikeCredential } from './redact-text.ts';

/** As text, for what is kept and shown as it was given. */
export function plainText(max: number) {
  return withoutCredential(text(max));
}

/** A credential in what is kept as it was given is a mistake, and is refused. */
export function withoutCredential<Schema extends z.ZodType<string>>(schema: Schema) {
  return schema.refine((given) => !looksLikeCredential(given), 'must not look like a credential');
}
