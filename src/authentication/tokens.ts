import { errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Actor, scopes } from '../authorization/actor.ts';
import { text } from '../platform/validation/text.ts';
import type { KeySet } from './key-set.ts';

export type TokensOptions = {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  /** The claim that makes an operator. */
  readonly scopesClaim: string;
  readonly keySet: KeySet;
};

/** Why a token is not accepted: jose's code for it, or ours. Never a value. */
export type TokenRefusal = { readonly refused: string };

export type Tokens = ReturnType<typeof createTokens>;

/** A token may be right, but no key to check it with ever arrived. */
export class KeySetUnavailableError extends Error {
  override readonly name = 'KeySetUnavailableError';
}

// Verified tokens, so that a signature is checked once. At ~200 bytes each.
const REMEMBERED = 10_000;
// The root key's name in the audit trail.
const RESERVED_NAME = 'root';

const subject = text(255);

/** The tokens of the company's identity provider. Signature, issuer, audience and expiry are checked; nothing is lenient. */
export function createTokens({ issuer, audience, algorithms, scopesClaim, keySet }: TokensOptions) {
  const verified = new LRUCache<string, { readonly actor: Actor; readonly expiresAt: number }>({
    max: REMEMBERED,
  });

  // How often everything was forgotten.
  let generation = 0;

  return {
    /** Who that is, when this token was verified before and has not expired; null otherwise. */
    known(tokenHash: string): Actor | null {
      const entry = verified.get(tokenHash);
      return entry !== undefined && Date.now() < entry.expiresAt ? entry.actor : null;
    },

    /**
     * Checks a token.
     * @throws KeySetUnavailableError when there are no keys to check it with
     */
    async verify(token: string, tokenHash: string): Promise<Actor | TokenRefusal> {
      // What is checked while the key set changes may have been checked with a key that is withdrawn just now: it counts
      // this once, and is not remembered.
      const steady = !keySet.reloading();
      const before = generation;
      try {
        const { payload } = await jwtVerify(token, keySet.getKey, {
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
        if (!keySet.loaded()) throw new KeySetUnavailableError('No key set was fetched', { cause: error });
        return { refused: error instanceof errors.JOSEError ? error.code : 'unknown_key' };
      }
    },

    /** Has every token checked again: its key may have been withdrawn. */
    forget(): void {
      generation += 1;
      verified.clear();
    },
  };
}

/** The person or operator that a verified token speaks for; null when it cannot be told. */
function actorOf(payload: JWTPayload, scopesClaim: string): Actor | null {
  const sub = subject.safeParse(payload.sub);
  if (!sub.success) return null;
  if (!Object.hasOwn(payload, scopesClaim)) return { kind: 'user', externalId: sub.data };
  // A claim that cannot be read must not turn an operator into an end user of the same name, nor the other way.
  const claimed = z.array(z.string()).safeParse(payload[scopesClaim]);
  if (!claimed.success || sub.data === RESERVED_NAME) return null;
  // Scopes of a later version are none of ours.
  const known = scopes.filter((scope) => claimed.data.includes(scope));
  return { kind: 'operator', name: sub.data, scopes: known, via: 'token' };
}
