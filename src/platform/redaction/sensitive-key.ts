import { memoize } from './memoize.ts';

// Ends of names rather than whole names, so that dbPassword and x-amz-security-token match as well. Counts must not match:
// max_output_tokens ends in "tokens", so only named kinds of tokens are credentials.
const SENSITIVE =
  /(?:authorization|passwd|password|passphrase|pwd|secret|credential|cookie|signature|(?:api|access|secret|private|signing|encryption|subscription|master)key)s?$|token$|(?:access|refresh|id|auth|session|bearer)tokens$|^(?:auth|bearer|jwt|tunnelid)$/;

/** Whether the value of this key is a credential by the key's name, in any case and with any separators: X-Api-Key, clientSecret, access_token. */
export const isSensitiveKey = memoize((key: string): boolean =>
  SENSITIVE.test(key.replace(/[-_\s]/g, '').toLowerCase()),
);
