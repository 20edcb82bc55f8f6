import type { IncomingMessage } from 'node:http';
import { bearerOf } from '../../authentication/authenticate.ts';
import { Secret } from '../../platform/redaction/secret.ts';
import { checkProtocol } from './check-head.ts';
import { MAX_OFFER_BYTES, readOffer } from './check-offer.ts';
import type { Cors } from './cors.ts';
import { tooMany } from './identify-caller.ts';
import { addressGroup } from './ip-address.ts';
import type { RateLimits } from './rate-limits.ts';
import { readBytes } from './read-body.ts';
import { type Refusal, refuse } from './refusal.ts';

const METHODS = 'POST, OPTIONS';

export type OfferRules = {
  readonly cors: Cors;
  readonly rateLimits: RateLimits;
  readonly isDraining: () => boolean;
};

export type OfferAdmission =
  | {
      readonly kind: 'admitted';
      readonly secret: Secret;
      readonly sdp: string;
      /** The secret was good: the address is not charged. */
      readonly giveBack: () => void;
    }
  | { readonly kind: 'gone' }
  | ReturnType<Cors['preflight']>;

/**
 * Decides which offers reach the ledger. Whose secret it is, only using it up tells, so the body is read before; the rate
 * limit of the address bounds how often.
 */
export async function admitOffer(
  request: IncomingMessage,
  address: string | null,
  { cors, rateLimits, isDraining }: OfferRules,
): Promise<OfferAdmission> {
  const { method, headers } = request;
  const badHead = checkProtocol(request);
  if (badHead !== null) return badHead;
  if (method === 'OPTIONS') return cors.preflight(request);
  if (method !== 'POST')
    return refuse(405, `The method must be one of ${METHODS}.`, { headers: { allow: METHODS } });
  const group = addressGroup(address);
  const wait = rateLimits.take('address', group);
  if (wait !== null) return closing(tooMany(wait));
  const credential = bearerOf(headers.authorization);
  if (credential === null) return closing(secretRefused());
  if (!/^application\/sdp\s*(;\s*charset="?utf-8"?\s*)?$/i.test(headers['content-type'] ?? ''))
    return closing(refuse(415, 'The content type must be application/sdp, in UTF-8.'));
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return closing(
      refuse(415, 'The offer must not be compressed.', { headers: { 'accept-encoding': 'identity' } }),
    );
  // Before the secret is used up: it opens the call at another gateway.
  if (isDraining()) return closing(busy('The gateway is stopping. Try again.'));
  const bytes = await readBytes(request, MAX_OFFER_BYTES);
  if (bytes === 'gone') return { kind: 'gone' };
  if (bytes === 'too long')
    return closing(refuse(413, `The offer must have at most ${MAX_OFFER_BYTES} bytes.`));
  const sdp = readOffer(bytes);
  if (sdp === null)
    return refuse(400, 'The body must be an SDP offer in UTF-8, with one m=audio and one m=application.');
  return {
    kind: 'admitted',
    secret: new Secret(credential),
    sdp,
    giveBack: () => rateLimits.giveBack('address', group),
  };
}

/** The one answer to every secret that opens nothing, so that it tells nothing about the secret. */
export function secretRefused(): Refusal {
  return refuse(401, 'The client secret cannot be used. It opens one call, shortly after it was issued.', {
    code: 'UNAUTHENTICATED',
    headers: { 'www-authenticate': 'Bearer' },
  });
}

/** The same secret can be used again. */
export function busy(message: string): Refusal {
  return refuse(503, message, { code: 'SERVICE_UNAVAILABLE', headers: { 'retry-after': '1' } });
}

/** The body is not read, so the connection cannot be used again. */
function closing(refusal: Refusal): Refusal {
  return { ...refusal, headers: { connection: 'close', ...refusal.headers } };
}
