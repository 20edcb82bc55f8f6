import { hash } from 'node:crypto';
import { apiKeyIdOf, sameHash } from '../applications/api-key.ts';
import { type Actor, scopes } from '../authorization/actor.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { ApiKeys } from './api-key-cache.ts';
import type { TokenRefusal, Tokens } from './tokens.ts';

/** Turns a bearer credential into an actor, in two steps: the first is free, the second may cost a look-up. */
export type Authenticate = {
  /** The actor of a credential that was verified before and still counts, or of the root key; null otherwise. */
  findCached(credential: string): Actor | null;
  /**
   * The actor of a credential; null when the credential is not valid.
   * @throws UnavailableError when that cannot be found out now
   */
  verify(credential: string): Promise<Actor | null>;
  /** Whether the same credential is being verified now: another request with it costs nothing more. */
  isVerifying(credential: string): boolean;
};

export type Credentials = {
  readonly rootKey: Secret;
  readonly apiKeys: ApiKeys;
  /** Null: no identity provider is configured. */
  readonly tokens: Tokens | null;
  /** Called with the reason for which a credential was refused, one of few codes. */
  readonly onRefused: (reason: string) => void;
};

const ROOT: Actor = { kind: 'operator', name: 'root', scopes, via: 'root key' };

/** The bearer credential of an Authorization header; null when the header holds none. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** Accepts the root key, the API keys of applications, and the tokens of the identity provider. */
export function createAuthenticate(credentials: Credentials): Authenticate {
  const { rootKey, apiKeys, tokens, onRefused } = credentials;
  const rootKeyHash = rootKey.digest().toString('hex');
  // By the credential's hash. When a cached credential is to be looked up again, all requests of its caller arrive at once.
  const verifying = new Map<string, Promise<Actor | null>>();

  return {
    findCached(credential) {
      // The caches hold hashes, never credentials. All hashes have one length, so comparing them takes the same time.
      const hashed = hashOf(credential);
      if (sameHash(hashed, rootKeyHash)) return ROOT;
      return apiKeys.findCached(hashed) ?? tokens?.findCached(hashed) ?? null;
    },

    verify(credential) {
      const hashed = hashOf(credential);
      const verification =
        verifying.get(hashed) ?? verify(credential).finally(() => verifying.delete(hashed));
      verifying.set(hashed, verification);
      return verification;
    },

    isVerifying: (credential) => verifying.has(hashOf(credential)),
  };

  async function verify(credential: string): Promise<Actor | null> {
    const checked = await check(credential, credentials);
    if (checked !== null && 'kind' in checked) return checked;
    onRefused(checked?.refused ?? 'unknown');
    return null;
  }
}

async function check(
  credential: string,
  { rootKey, apiKeys, tokens }: Credentials,
): Promise<Actor | TokenRefusal | null> {
  const hashed = hashOf(credential);
  if (sameHash(hashed, rootKey.digest().toString('hex'))) return ROOT;
  if (apiKeyIdOf(credential) !== null)
    return (await apiKeys.verify(credential, hashed)) ?? { refused: 'api_key' };
  if (tokens !== null && credential.split('.').length === 3) return tokens.verify(credential, hashed);
  return null;
}

function hashOf(credential: string): string {
  return hash('sha256', credential, 'hex');
}
