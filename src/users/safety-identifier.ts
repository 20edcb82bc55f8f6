import { createHmac } from 'node:crypto';
import type { FingerprintKey } from '../platform/redaction/secret.ts';

/** What the provider is told of the end user: that two sessions are of one person, not of whom. */
export function safetyIdentifier(externalUserId: string, key: FingerprintKey): string {
  return createHmac('sha256', key.bytes).update(`safety-identifier:${externalUserId}`).digest('hex');
}
