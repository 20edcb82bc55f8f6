import { type RemoveSecrets, secretRemover } from '../platform/redaction/known-secrets.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { MintOutcome } from '../providers/provider.ts';
import type { SessionFailure } from '../sessions/session.ts';

/**
 * What is recorded of a mint that was not issued.
 * @param secrets the credentials in the request: upstream may repeat them in place of a code, a path or an id
 * @param now by the database's clock, in milliseconds
 */
export function failureOf(
  outcome: Exclude<MintOutcome, { kind: 'issued' }>,
  secrets: readonly Secret[],
  now: number,
): SessionFailure {
  const removeSecrets = secretRemover(secrets);
  const { code, upstreamStatus, retryAfterMs } = outcome;
  return {
    code,
    upstreamStatus,
    upstreamCode: unlessSecret(outcome.upstreamCode, removeSecrets),
    upstreamParam: unlessSecret(outcome.upstreamParam, removeSecrets),
    upstreamRequestId: unlessSecret(outcome.upstreamRequestId, removeSecrets),
    retryAt: retryAfterMs === null ? null : new Date(now + retryAfterMs),
  };
}

/** What is recorded of a mint that brought a secret which had to be dropped. */
export function droppedAs(
  code: 'withdrawn' | 'not_recorded',
  { upstreamStatus, upstreamRequestId }: Extract<MintOutcome, { kind: 'issued' }>,
  removeSecrets: RemoveSecrets,
): SessionFailure {
  return {
    code,
    upstreamStatus,
    upstreamCode: null,
    upstreamParam: null,
    upstreamRequestId: unlessSecret(upstreamRequestId, removeSecrets),
    retryAt: null,
  };
}

function unlessSecret(text: string | null, removeSecrets: RemoveSecrets): string | null {
  return text === null || removeSecrets(text) === text ? text : null;
}
