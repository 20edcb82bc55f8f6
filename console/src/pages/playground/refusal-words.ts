import type { PolicyRule, QuotaKind } from '../../gql/graphql.ts';
import type { Refusal } from './mint.ts';

/** What a refusal means, and what to do next. */
export type Words = {
  readonly title: string;
  readonly lines: readonly string[];
  /** When to try again. */
  readonly retryAt?: string | null;
  /** The record that there is of the attempt. */
  readonly sessionId?: string | undefined;
};

export function wordsOf(refusal: Refusal): Words {
  switch (refusal.__typename) {
    case 'InvalidInputError':
      return {
        title: 'The gateway cannot use this input. Nothing was reserved or minted.',
        lines: refusal.issues.map(
          ({ path, message }) => `${path.length === 0 ? 'input' : path.join('.')}: ${message}`,
        ),
      };
    case 'PolicyViolationError':
      return {
        title: `The policy of this user does not allow it: ${RULES[refusal.rule]}.`,
        lines: allowedBy(refusal),
      };
    case 'QuotaExceededError':
      return {
        title: `The user has used up a quota: ${refusal.used} of ${refusal.limit} ${QUOTAS[refusal.quota]}.`,
        lines: refusal.retryAt === null ? ['Waiting does not help: the limit is 0.'] : [],
        retryAt: refusal.retryAt,
      };
    case 'UserSuspendedError':
      return {
        title: 'The user is suspended. Nothing was reserved or minted.',
        lines: ['Reinstate the user on its page before you mint for it.'],
      };
    case 'IdempotencyConflictError':
      return {
        title: 'The idempotency key cannot be used. Nothing was reserved or minted.',
        lines: [
          refusal.reason === 'IN_PROGRESS'
            ? 'The first request with this key is still in progress. Try again shortly.'
            : 'The key was used before with another input. Use another key.',
        ],
      };
    case 'SecretAlreadyIssuedError':
      return {
        title: 'The secret was returned before, to the first request with this idempotency key.',
        lines: ['Secrets are returned once. Use another key for another session.'],
        sessionId: refusal.session?.id,
      };
    case 'UpstreamError':
      return upstreamWords(refusal);
    default:
      return refusal satisfies never;
  }
}

const RULES: Readonly<Record<PolicyRule, string>> = {
  BUDGET: 'the budget of the month is used up, or the model has no price',
  CALL_LENGTH: 'the call is too long',
  CONNECTION: 'sessions must be brokered',
  MODEL: 'the model',
  PROVIDER: 'the provider',
  TTL: 'the lifetime of the secret is too long',
};

const QUOTAS: Readonly<Record<QuotaKind, string>> = {
  ACTIVE_SESSIONS: 'active sessions',
  MINTS_PER_DAY: 'sessions in 24 hours',
  MINTS_PER_MINUTE: 'sessions in 60 seconds',
};

function allowedBy({
  rule,
  allowed,
  unpricedModels,
}: Extract<Refusal, { __typename: 'PolicyViolationError' }>): string[] {
  const lines = unpricedModels.length === 0 ? [] : [`Without a known price: ${unpricedModels.join(', ')}.`];
  const unit = rule === 'TTL' || rule === 'CALL_LENGTH' ? ' seconds' : rule === 'BUDGET' ? ' USD' : '';
  lines.push(allowed.length === 0 ? 'None is allowed.' : `Allowed: ${allowed.join(', ')}${unit}.`);
  return [...lines, 'Nothing was reserved or minted.'];
}

function upstreamWords(refusal: Extract<Refusal, { __typename: 'UpstreamError' }>): Words {
  const { message, retryable, possiblyIssued, retryAt, path, session } = refusal;
  const { upstreamStatus, upstreamCode, upstreamRequestId } = refusal;
  const lines = [
    possiblyIssued ? 'A secret may exist at the provider, but nobody received it.' : 'No secret exists.',
    retryable ? 'The same request can succeed later.' : 'The same request will fail again.',
  ];
  if (path !== null && path !== undefined) lines.push(`The provider complains of ${path.join('.')}.`);
  if (upstreamStatus !== null)
    lines.push(`Answer of the provider: HTTP ${upstreamStatus}${suffix(upstreamCode)}.`);
  if (upstreamRequestId !== null) lines.push(`Request id at the provider: ${upstreamRequestId}.`);
  return { title: message, lines, retryAt, sessionId: session?.id };
}

function suffix(code: string | null): string {
  return code === null ? '' : `, ${code}`;
}
