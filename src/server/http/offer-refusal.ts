import type { OpenCallFailureCode } from '../../calls/call-provider.ts';
import type { OfferOutcome } from '../../calls/offer.ts';
import { busy, secretRefused } from './admit-offer.ts';
import type { Refusal } from './refusal.ts';

/** A refusal whose code may be one of calls, too. */
export type OfferRefusal = Omit<Refusal, 'kind' | 'code'> & { readonly code: string };

const AGAIN = 'Ask for a new session to try again.';

/** Each failure at the provider: what the browser is told. The secret is used up, whatever it was. */
const FAILURES: Readonly<Record<OpenCallFailureCode, readonly [status: number, message: string]>> = {
  upstream_rejected: [502, 'The provider refused the offer.'],
  upstream_authentication: [502, "The provider refused the gateway's key."],
  upstream_rate_limited: [429, `The provider takes no more calls now. ${AGAIN}`],
  upstream_quota_exhausted: [503, "The gateway's quota at the provider is used up."],
  upstream_unreachable: [503, `The provider cannot be reached. ${AGAIN}`],
  upstream_unavailable: [503, `The provider is unavailable. ${AGAIN}`],
  upstream_error: [502, `The provider failed. ${AGAIN}`],
  upstream_timeout: [503, `The provider did not answer in time. ${AGAIN}`],
  upstream_connection_lost: [502, `The connection to the provider broke. ${AGAIN}`],
  upstream_answer_invalid: [502, `The provider's answer cannot be used. ${AGAIN}`],
};

/** What a browser is told of an offer that opened no call; null when it is not there any more. */
export function refusalOf(outcome: Exclude<OfferOutcome, { kind: 'opened' }>): OfferRefusal | null {
  switch (outcome.kind) {
    case 'full':
      return busy('The gateway watches as many calls as it can. Try again.');
    case 'secret_refused':
      return secretRefused();
    case 'refused': {
      const [status, message] = FAILURES[outcome.code];
      const { retryAfterMs } = outcome;
      const headers =
        retryAfterMs === null ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };
      return { status, message, code: outcome.code.toUpperCase(), headers };
    }
    case 'uncertain':
      return refusal(504, 'CALL_UNCERTAIN', `Whether the provider made the call is unknown. ${AGAIN}`);
    case 'not_watched':
      return refusal(502, 'CALL_NOT_WATCHED', `The call could not be watched, so it was ended. ${AGAIN}`);
    case 'client_gone':
      return null;
    default:
      return outcome satisfies never;
  }
}

function refusal(status: number, code: string, message: string): OfferRefusal {
  return { status, code, message, headers: {} };
}
