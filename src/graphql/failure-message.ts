import type { AdmissionRefusal } from '../issuing/mint-admission.ts';
import type { MintFailureCode } from '../providers/provider.ts';

type FailureCode = MintFailureCode | 'not_recorded' | 'not_settled' | 'withdrawn';

/** Describes the field of that name, which two types have. */
export const UPSTREAM_PARAM =
  'The field that the provider complained of, as a path in the names of the provider, e.g. "session.audio.output.voice". Null when it named none.';

const MESSAGES: Readonly<Record<FailureCode, string>> = {
  upstream_unreachable: 'The provider could not be reached. Nothing was sent to it.',
  upstream_redirected: 'The provider answered with a redirect, which is not followed. Nothing was created.',
  upstream_proxy_refused: 'A proxy did not let the request through. Nothing was sent to the provider.',
  upstream_rejected: 'The provider refused the session.',
  upstream_authentication: "The provider refused the gateway's own credentials.",
  upstream_rate_limited: 'The provider limits the rate of requests.',
  upstream_quota_exhausted: "The gateway's account at the provider is exhausted.",
  upstream_unavailable: 'The provider is unavailable.',
  upstream_error: 'The provider failed. It is unknown whether it created a secret.',
  upstream_timeout: 'The provider did not answer in time. It is unknown whether it created a secret.',
  upstream_connection_lost:
    'The connection to the provider broke. It is unknown whether it created a secret.',
  upstream_answer_too_large:
    'The answer of the provider was too large. It is unknown whether it created a secret.',
  upstream_answer_invalid: 'The answer of the provider has no client secret that can be read.',
  not_recorded:
    'The secret was received, but its record could not be written. The secret was dropped and returned to nobody.',
  withdrawn:
    'The session was revoked, or its user suspended, while it was being issued. The secret was dropped.',
  not_settled: 'The outcome was not recorded in time. A secret may exist, but it was returned to nobody.',
};

/** The codes that a failure can have. */
export const failureCodes: readonly string[] = Object.keys(MESSAGES);

/** A sentence for a failure's code. Codes of other versions of Gatehouse get a general one. */
export function failureMessage(code: string): string {
  return isKnown(code) ? MESSAGES[code] : 'The session could not be issued.';
}

const REFUSALS: Readonly<Record<AdmissionRefusal, string>> = {
  circuit_open: 'The provider keeps failing, so no requests are sent to it for the moment.',
  queue_full: 'Too many sessions are being issued at the moment. Nothing was sent to the provider.',
  shutting_down: 'This gateway is shutting down. Nothing was sent to the provider.',
};

/** A sentence for the reason why a session was not attempted. */
export function refusalMessage(reason: AdmissionRefusal): string {
  return REFUSALS[reason];
}

function isKnown(code: string): code is FailureCode {
  return Object.hasOwn(MESSAGES, code);
}
