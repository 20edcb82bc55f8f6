import type { Caller } from '../authorization/actor.ts';
import { type Visibility, visibilityOf } from '../authorization/visibility.ts';
import type { FingerprintKey, Secret } from '../platform/redaction/secret.ts';
import type { Session } from './session.ts';

/**
 * Looks for the visible session of a secret that has one of these fingerprints, by the id of the key that each was
 * made with. Writes that it was asked for, found or not, in the same transaction; null when there is none.
 */
export type IdentifySecret = (
  fingerprints: Readonly<Record<string, string>>,
  visibility: Visibility,
  by: Caller,
) => Promise<Session | null>;

/**
 * The session that a found secret was issued for, whatever became of it since; null when there is none that the asker
 * sees. What cannot be a secret is asked for like any unknown one.
 * @throws UnavailableError when that it was asked for may not have been written
 */
export function identifySecret(
  secret: Secret,
  by: Caller,
  { identify, keys }: { readonly identify: IdentifySecret; readonly keys: readonly FingerprintKey[] },
): Promise<Session | null> {
  const fingerprints = secret.isPlausible()
    ? Object.fromEntries(keys.map((key) => [key.id, secret.fingerprint(key)]))
    : {};
  return identify(fingerprints, visibilityOf(by.actor), by);
}
