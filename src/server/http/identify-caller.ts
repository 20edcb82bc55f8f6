import type { IncomingMessage } from 'node:http';
import { type Authenticate, bearerOf } from '../../authentication/authenticate.ts';
import { type Actor, principalKey } from '../../authorization/actor.ts';
import { UnavailableError } from '../../platform/database/unavailable-error.ts';
import { addressGroup } from './ip-address.ts';
import type { RateLimits } from './rate-limits.ts';
import { type Refusal, refuse } from './refusal.ts';

export type IdentifyRules = {
  readonly authenticate: Authenticate;
  readonly rateLimits: RateLimits;
  readonly onUnauthenticated: () => void;
};

export type Identified =
  | {
      readonly kind: 'identified';
      readonly actor: Actor;
      /** Checks the credential again. @throws UnavailableError when it cannot be checked now */
      readonly isCredentialValid: () => Promise<boolean>;
    }
  | Refusal;

/**
 * Identifies the caller, and applies the rate limits. A credential that is not cached is charged to the rate limit of its
 * address before the database is asked, so that guessing credentials is limited; but not while the same one is being
 * verified already: a busy caller would use up the limit of its address with requests that are all good.
 */
export async function identifyCaller(
  { headers }: IncomingMessage,
  address: string | null,
  { authenticate, rateLimits, onUnauthenticated }: IdentifyRules,
): Promise<Identified> {
  const credential = bearerOf(headers.authorization);
  const cached = credential === null ? null : authenticate.findCached(credential);
  if (credential !== null && cached !== null) return withinLimit(cached, credential);

  const group = addressGroup(address);
  const joins = credential !== null && authenticate.isVerifying(credential);
  const exceeded = joins ? null : charge();
  if (exceeded !== null) return exceeded;
  const verified = credential === null ? null : await verify(credential, authenticate);
  if (credential === null || verified === null) return (joins ? charge() : null) ?? unauthenticated();
  if (!joins) rateLimits.giveBack('address', group);
  return 'status' in verified ? verified : withinLimit(verified, credential);

  function charge(): Refusal | null {
    const wait = rateLimits.take('address', group);
    return wait === null ? null : tooMany(wait);
  }

  function unauthenticated(): Refusal {
    onUnauthenticated();
    return refuse(401, 'A valid credential is needed: Authorization: Bearer …', {
      code: 'UNAUTHENTICATED',
      headers: { 'www-authenticate': 'Bearer' },
    });
  }

  function withinLimit(actor: Actor, credential: string): Identified {
    const wait = rateLimits.take('caller', principalKey(actor));
    if (wait !== null) return tooMany(wait);
    return { kind: 'identified', actor, isCredentialValid: () => isValid(credential, authenticate) };
  }
}

async function isValid(credential: string, authenticate: Authenticate): Promise<boolean> {
  return authenticate.findCached(credential) !== null || (await authenticate.verify(credential)) !== null;
}

async function verify(credential: string, authenticate: Authenticate): Promise<Actor | Refusal | null> {
  try {
    return await authenticate.verify(credential);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return refuse(503, 'Credentials cannot be checked now. Try again shortly.', {
      code: 'SERVICE_UNAVAILABLE',
      headers: { 'retry-after': '1' },
    });
  }
}

/** The answer to a caller that asks too much, and when it may ask again. */
export function tooMany(seconds: number): Refusal {
  return refuse(429, 'Too many requests. Try again later.', {
    code: 'RATE_LIMITED',
    headers: { 'retry-after': String(seconds) },
  });
}
