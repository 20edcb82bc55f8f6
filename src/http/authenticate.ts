import { timingSafeEqual } from 'node:crypto';
import type { Actor } from '../domain/actor.ts';
import { Secret } from '../domain/secret.ts';

/** Turns an Authorization header into who asks, or null when it proves nothing. */
export type Authenticate = (authorization: string | undefined) => Actor | null;

/** Knows the root key only: an operator, who may do everything. */
export function createAuthenticate(rootKey: Secret): Authenticate {
  // Digests have one length, which timingSafeEqual wants.
  const expected = rootKey.digest();
  return (authorization) => {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || !timingSafeEqual(new Secret(token).digest(), expected)) return null;
    return { kind: 'operator', name: 'root' };
  };
}
