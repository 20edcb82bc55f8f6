import { memoize } from './memoize.ts';

// Ends rather than whole names, so that dbPassword and x-amz-security-token are met as well. Counts are
// not: max_output_tokens ends in "tokens", and only named kinds of those are credentials.
const SENSITIVE =
  /(?:authorization|passwd|password|passphrase|pwd|secret|credential|cookie|signature|(?:api|access|secret|private|signing|encryption|subscription|master)key)s?$|token$|(?:access|refresh|id|auth|session|bearer)tokens$|^(?:auth|bearer|jwt|tunnelid)$/;

/** Whether a key announces a credential, in any case and with any separators: X-Api-Key, clientSecret, access_token. */
export const isSensitiveKey = memoize((key: string): boolean =>
  SENSITIVE.test(key.replace(/[-_\s]/g, '').toLowerCase()),
);
