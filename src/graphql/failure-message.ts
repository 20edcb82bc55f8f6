import type { AdmissionRefusal } from '../issuing/mint-admission.ts';
import type { MintFailureCode } from '../providers/provider.ts';

type FailureCode = MintFailureCode | 'not_recorded' | 'not_settled' | 'withdrawn';

const MESSAGES: Readonly<Record<FailureCode, string>> = {
  upstream_unreachable: 'The provider could not be reached; nothing was sent.',
  upstream_rejected: 'The provider refused the session.',
  upstream_authentication: "The provider refused the gateway's own credentials.",
  upstream_rate_limited: 'The provider limits the rate of requests.',
  upstream_quota_exhausted: "The gateway's account at the provider is exhausted.",
  upstream_unavailable: 'The provider is unavailable.',
  upstream_error: 'The provider failed; whether it made a secret is unknown.',
  upstream_timeout: 'The provider did not answer in time; whether it made a secret is unknown.',
  upstream_connection_lost: 'The connection to the provider broke; whether it made a secret is unknown.',
  upstream_answer_too_large:
    'The answer of the provider was too large to be one; whether it made a secret is unknown.',
  upstream_answer_invalid: 'The provider answered without a client secret that could be read.',
  not_recorded:
    'The secret was received, but its record could not be written: it was dropped and given to nobody.',
  withdrawn:
    'The session was revoked, or its user suspended, while it was being issued: the secret was dropped.',
  not_settled: 'The outcome was not recorded in time; a secret may exist, but nobody was given it.',
};

/** What a failure's code means, fit to be shown. Codes of other versions of Gatehouse get a general sentence. */
export function failureMessage(code: string): string {
  return isKnown(code) ? MESSAGES[code] : 'The session could not be issued.';
}

const REFUSALS: Readonly<Record<AdmissionRefusal, string>> = {
  circuit_open: 'The provider keeps failing and is not asked for the moment; nothing was sent.',
  queue_full: 'Too many sessions are being issued at the moment; nothing was sent.',
  shutting_down: 'This gateway is shutting down; nothing was sent.',
};

/** Why a session was not even tried. */
export function refusalMessage(reason: AdmissionRefusal): string {
  return REFUSALS[reason];
}

function isKnown(code: string): code is FailureCode {
  return Object.hasOwn(MESSAGES, code);
}
