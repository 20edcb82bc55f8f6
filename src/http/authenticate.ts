import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../domain/actor.ts';
import { Secret } from '../domain/secret.ts';

/** Turns a bearer credential into who asks, in two steps: what is free, and what may cost a look-up. */
export type Authenticate = {
  /** Who that is, when it can be told without asking anybody: null otherwise. */
  known(credential: string): Actor | null;
  /**
   * Who that is, or null when it proves nothing.
   * @throws LedgerUnavailableError when it cannot be told now
   */
  verify(credential: string): Promise<Actor | null>;
};

/** The credential of an Authorization header; null when there is none that could be one. */
export function bearerOf(authorization: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** Knows the root key only: an operator, who may do everything. */
export function createAuthenticate(rootKey: Secret): Authenticate {
  // Digests have one length, which timingSafeEqual wants.
  const expected = rootKey.digest();
  const known = (credential: string): Actor | null =>
    timingSafeEqual(new Secret(credential).digest(), expected) ? { kind: 'operator', name: 'root' } : null;
  return { known, verify: async (credential) => known(credential) };
}
