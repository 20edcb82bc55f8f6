import type { FailureCode } from '../sessions/names.ts';

const ADVICE: Readonly<Record<FailureCode, string>> = {
  upstream_unreachable:
    "Check the gateway's way out: DNS, firewall, proxy, and the provider's base URL. Asking again is safe; no secret exists.",
  upstream_redirected:
    "Correct the provider's base URL in the configuration: it must be the address that answers, not one that redirects.",
  upstream_proxy_refused:
    'Allow the provider in the proxy, or correct the user and password of HTTPS_PROXY. Asking again is safe.',
  upstream_rejected:
    'Correct the input: the field and the code below are what the provider complained of. The same request will fail again.',
  upstream_authentication:
    "Check the provider's key in the gateway's configuration: it may be wrong, revoked, or not allowed to use this model. Every session fails until then.",
  upstream_rate_limited:
    'Ask again later. If it happens often, ask the provider for a higher limit, or lower the quotas of users.',
  upstream_quota_exhausted:
    'Top up the account at the provider, or raise its spending limit. Every session fails until then.',
  upstream_unavailable: "Ask again later, and look at the provider's status page. No secret exists.",
  upstream_error:
    "Ask again with a new key if the user still waits. The provider may have made a secret, but nobody received it. Its request id below helps the provider's support.",
  upstream_timeout:
    'Ask again with a new key if the user still waits. The provider may have made a secret, but nobody received it. If it happens often, look at the mint times on the overview.',
  upstream_connection_lost:
    'Ask again with a new key if the user still waits. The provider may have made a secret, but nobody received it.',
  upstream_answer_too_large:
    "Check that the provider's base URL names the provider, and not something else that answers.",
  upstream_answer_invalid:
    "Check that the provider's base URL and dialect fit together. The provider may have changed its answer: its request id below helps its support.",
  not_recorded:
    'Look at the health of the database at that time. The secret was dropped; the provider still counts it as issued until it expires.',
  withdrawn:
    'Nothing to do: the session was revoked, or its user suspended, while it was being issued. Nobody received the secret.',
  not_settled:
    'Look in the log for a gateway that was killed or lost the database at that time. Asking again is safe: nobody received the secret.',
};

/** What to do about a failure. Codes of other versions of Gatehouse get a general answer. */
export function failureAdvice(code: string): string {
  return isKnown(code) ? ADVICE[code] : 'Look in the log of the gateway for the request that failed.';
}

function isKnown(code: string): code is FailureCode {
  return Object.hasOwn(ADVICE, code);
}
