import { memoize } from './memoize.ts';

// Ends of names rather than whole names, so that dbPassword and x-amz-security-token match as well. Counts must not match:
// max_output_tokens ends in "tokens", so only named kinds of tokens are credentials, and price_per_token is a price.
const SENSITIVE = new RegExp(
  [
    '(?:authorization|pass-?(?:wd|word|phrase)|pwd|secret|credential|cookie|signature)s?$',
    '(?:api|access|secret|private|signing|encryption|subscription|master)-?keys?$',
    '(?<!(?:^|-)(?:per|first|last|max|min|stop)-)token$',
    '(?:^|-)(?:access|refresh|id|auth|session|bearer)-?tokens$',
    '^(?:auth|bearer|jwt|tunnel-?id)$',
  ].join('|'),
);

/** Whether the value of this key is a credential by the key's name, in any case and with any separators: X-Api-Key, clientSecret, access_token. */
export const isSensitiveKey = memoize((key: string): boolean => SENSITIVE.test(inWords(key)));

/** "apiKey", "API_KEY" and "Api Key" as "api-key". */
function inWords(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[-_\s]+/g, '-')
    .replace(/^-|-$/g, '')
    .toLowerCase();
}
