import { looksLikeCredential } from './redact-text.ts';
import { text } from './text.ts';

/** As text, for what is kept and shown as it was given: a credential in it is a mistake, and is refused. */
export function plainText(max: number) {
  return text(max).refine((given) => !looksLikeCredential(given), 'must not look like a credential');
}
