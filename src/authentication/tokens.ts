import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Actor, scopes } from '../authorization/actor.ts';
import { UnavailableError } from '../platform/database/unavailable-error.ts';
import { externalUserId } from '../users/parse-external-user-id.ts';
import type { KeySet } from './key-set.ts';

export type TokensOptions = {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** A token with this claim is an operator's; the claim lists the scopes. */
  readonly scopesClaim: string;
  readonly keySet: KeySet;
};

/** Why a token was refused: a code of jose, or of ours. Never a value. */
export type TokenRefusal = { readonly refused: string };

export type Tokens = ReturnType<typeof createTokens>;

// Verified tokens that are cached, so that a signature is checked once; about 200 bytes each.
const CACHED_TOKENS = 10_000;
// The audit trail calls the root key "root": no token may have that name.
const RESERVED_NAME = 'root';

// The keys that one token without a key id is tried with: more than any provider has at a time.
const MOST_KEYS = 20;

/** Checks the tokens of the company's identity provider: signature, issuer, audience and expiry, all of them strictly. */
export function createTokens({ issuer, audience, algorithms, scopesClaim, keySet }: TokensOptions) {
  const verified = new LRUCache<string, { readonly actor: Actor; readonly expiresAt: number }>({
    max: CACHED_TOKENS,
  });

  // Counts the calls of forget().
  let generation = 0;

  return {
    /** The actor of a token that was verified before and has not expired; null otherwise. */
    findCached(tokenHash: string): Actor | null {
      const entry = verified.get(tokenHash);
      return entry !== undefined && Date.now() < entry.expiresAt ? entry.actor : null;
    },

    /**
     * Checks a token.
     * @throws UnavailableError when no key set was ever fetched to check it with
     */
    async verify(token: string, tokenHash: string): Promise<Actor | TokenRefusal> {
      // A token that is checked while the key set changes may have been checked with a key that is being withdrawn. It
      // is accepted this once, and not cached.
      const steady = !keySet.reloading();
      const before = generation;
      try {
        const payload = await verifySigned(token, keySet, {
          issuer,
          audience,
          algorithms: [...algorithms],
          requiredClaims: ['exp', 'sub'],
        });
        const actor = actorOf(payload, scopesClaim);
        if (actor === null) return { refused: 'claims' };
        if (steady && before === generation)
          verified.set(tokenHash, { actor, expiresAt: (payload.exp ?? 0) * 1000 });
        return actor;
      } catch (error) {
        if (!keySet.loaded()) throw new UnavailableError('key_set', 'key_set');
        return { refused: error instanceof errors.JOSEError ? error.code : 'unknown_key' };
      }
    },

    /** Empties the cache, so that every token is checked again: its key may have been withdrawn. */
    forget(): void {
      generation += 1;
      verified.clear();
    },
  };
}

/**
 * The claims of a token that one of the keys has signed. A token whose key id is not in the set has the set fetched
 * again, by jose; here that is done for a token without a key id that fits none of the keys.
 * @throws the errors of jose
 */
async function verifySigned(token: string, keySet: KeySet, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return await verifyWithEachKey(token, keySet, options);
  } catch (error) {
    const mayBeNewKey = error instanceof errors.JWSSignatureVerificationFailed && !namesKey(token);
    if (!mayBeNewKey || !(await keySet.refresh().catch(() => false))) throw error;
    return verifyWithEachKey(token, keySet, options);
  }
}

/** Several keys may fit what the token's header says. */
async function verifyWithEachKey(
  token: string,
  { getKey }: KeySet,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, getKey, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    let tried = 0;
    for await (const key of error) {
      tried += 1;
      if (tried > MOST_KEYS) break;
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (refusal) {
        // Claims are looked at once the signature is right.
        if (isAboutClaims(refusal)) throw refusal;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function isAboutClaims(error: unknown): boolean {
  return [errors.JWTClaimValidationFailed, errors.JWTExpired, errors.JWTInvalid].some(
    (kind) => error instanceof kind,
  );
}

function namesKey(token: string): boolean {
  return decodeProtectedHeader(token).kid !== undefined;
}

/** The person or operator that a verified token is about; null when its claims do not say. */
function actorOf(payload: JWTPayload, scopesClaim: string): Actor | null {
  const sub = externalUserId.safeParse(payload.sub);
  if (!sub.success) return null;
  if (!Object.hasOwn(payload, scopesClaim)) return { kind: 'user', externalId: sub.data };
  // An unreadable claim must not turn an operator into an end user of the same name, nor an end user into an operator.
  const claimed = z.array(z.string()).safeParse(payload[scopesClaim]);
  if (!claimed.success || sub.data === RESERVED_NAME) return null;
  // Scopes that this version does not know are ignored.
  const granted = scopes.filter((scope) => claimed.data.includes(scope));
  return { kind: 'operator', name: sub.data, scopes: granted, via: 'token' };
}
