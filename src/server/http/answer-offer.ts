import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { RequestInfo } from '../../authorization/actor.ts';
import type { OfferOutcome, TakeOffer } from '../../calls/offer.ts';
import type { RequestLog } from '../../graphql/context.ts';
import { encodeId } from '../../graphql/ids.ts';
import { UnavailableError } from '../../platform/database/unavailable-error.ts';
import type { Semaphore } from '../../platform/process/semaphore.ts';
import { admitOffer, busy, type OfferAdmission, type OfferRules } from './admit-offer.ts';
import { answerJson } from './answer.ts';
import { CALLS_PATH } from './call-url.ts';
import { addressGroup } from './ip-address.ts';
import { type OfferRefusal, refusalOf } from './offer-refusal.ts';

export type OfferServing = OfferRules & {
  /** Offers that are with the ledger and the providers at a time. */
  readonly offers: Semaphore;
  readonly takeOffer: TakeOffer;
  /** The browser did not get the answer to the offer of this call. */
  readonly abandon: (id: string) => void;
  readonly log: Logger;
};

/** Whether a request is about calls, and not for GraphQL. */
export function isOfferPath({ url }: IncomingMessage): boolean {
  return url?.split('?', 1)[0] === CALLS_PATH;
}

/** Answers a browser's SDP offer with the provider's, or says in one sentence why not. */
export async function answerOffer(
  request: IncomingMessage,
  response: ServerResponse,
  origin: RequestInfo,
  requestLog: RequestLog,
  serving: OfferServing,
): Promise<void> {
  requestLog.operation = 'call';
  const refuse = ({ code, message, status, headers }: OfferRefusal) => {
    requestLog.outcome = code;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answerJson(response, status, { error: { message, code, requestId: origin.requestId } });
  };
  try {
    const admission = await admitOffer(request, origin.ipAddress, serving);
    switch (admission.kind) {
      case 'preflight':
        response.writeHead(204, admission.headers).end();
        return;
      case 'gone':
        return;
      case 'refused':
        return refuse(admission);
      case 'admitted': {
        const outcome = await openInTurn(admission, response, origin.ipAddress, serving);
        if (outcome.kind === 'opened') return answerOpened(response, outcome, serving);
        const refusal =
          outcome.kind === 'busy' ? busy('Too many calls begin at once. Try again.') : refusalOf(outcome);
        return refusal === null ? undefined : refuse(refusal);
      }
      default:
        admission satisfies never;
    }
  } catch (err) {
    if (err instanceof UnavailableError) return refuse(busy('The ledger is unavailable. Try again shortly.'));
    serving.log.error({ err, requestId: origin.requestId }, 'request failed');
    const headers = {};
    refuse({ status: 500, code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.', headers });
  }
}

async function openInTurn(
  { secret, sdp, giveBack }: Extract<OfferAdmission, { kind: 'admitted' }>,
  response: ServerResponse,
  address: string | null,
  { offers, takeOffer }: OfferServing,
): Promise<OfferOutcome | { readonly kind: 'busy' }> {
  const release = await offers.acquire(addressGroup(address));
  if (release === null) return { kind: 'busy' };
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once('close', leave);
  if (response.destroyed) leave();
  try {
    const outcome = await takeOffer(secret, sdp, gone.signal);
    if (outcome.kind !== 'secret_refused' && outcome.kind !== 'full') giveBack();
    return outcome;
  } finally {
    response.off('close', leave);
    release();
  }
}

function answerOpened(
  response: ServerResponse,
  { id, sdpAnswer }: Extract<OfferOutcome, { kind: 'opened' }>,
  { abandon }: OfferServing,
): void {
  if (response.destroyed) {
    abandon(id);
    return;
  }
  response.once('close', () => {
    if (!response.writableFinished) abandon(id);
  });
  const bytes = Buffer.from(sdpAnswer);
  response.writeHead(201, {
    'content-type': 'application/sdp',
    'content-length': bytes.length,
    // The last part is what clients know the call by.
    location: `${CALLS_PATH}/${encodeURIComponent(encodeId('RealtimeCall', id))}`,
  });
  response.end(bytes);
}
