import type { IssueOutcome } from '../issuing/issue-outcome.ts';
import type { PolicyRule } from '../limits/policy.ts';
import type { Session, SessionFailure } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';
import { UPSTREAM_PARAM } from './failure-message.ts';
import { QuotaKindEnum } from './policy.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

/** The errors of createRealtimeSession. Each has its typename, because some of them have the same fields. */

type Outcome<K extends IssueOutcome['kind']> = Extract<IssueOutcome, { kind: K }>;
type IssueError<Name extends string, Fields> = {
  readonly __typename: Name;
  readonly message: string;
} & Fields;

export type PolicyViolation = IssueError<'PolicyViolationError', Outcome<'policy'>>;
export type QuotaExceeded = IssueError<'QuotaExceededError', Outcome<'quota'>>;
export type UserSuspended = IssueError<'UserSuspendedError', Outcome<'suspended'>>;
export type IdempotencyConflict = IssueError<'IdempotencyConflictError', Outcome<'conflict'>>;
export type SecretAlreadyIssued = IssueError<'SecretAlreadyIssuedError', Outcome<'already_issued'>>;
export type UpstreamProblem = IssueError<
  'UpstreamError',
  {
    readonly session: Session | null;
    readonly failure: Omit<SessionFailure, 'code'>;
    readonly path: readonly string[] | null;
    readonly retryable: boolean;
    readonly possiblyIssued: boolean;
  }
>;

const PolicyRuleEnum = builder.enumType('PolicyRule', {
  description: 'A rule of a policy.',
  values: {
    MODEL: { description: 'The model is not allowed.' },
    PROVIDER: { description: 'The provider is not allowed.' },
    TTL: { description: 'The requested lifetime of the secret is longer than allowed.' },
    CALL_LENGTH: { description: 'The requested longest call is longer than allowed.' },
    CONNECTION: { description: 'The session must be BROKERED.' },
    BUDGET: {
      description:
        'The known costs of the user in this calendar month (UTC) have reached the budget, or the price of a model is not known. Costs are known when usage is reported.',
    },
  } satisfies Record<PolicyRule, object>,
});

export const PolicyViolationErrorType = builder.objectRef<PolicyViolation>('PolicyViolationError').implement({
  description: 'The policy of the user does not allow the session. Nothing was reserved or minted.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    rule: t.expose('rule', { type: PolicyRuleEnum, description: 'The rule that was violated.' }),
    allowed: t.exposeStringList('allowed', {
      description:
        'What is allowed: the models for MODEL, the names of the providers for PROVIDER, the longest lifetime in seconds for TTL, e.g. ["600"], the longest call likewise for CALL_LENGTH, BROKERED for CONNECTION, the budget in US dollars for BUDGET, e.g. ["25.5"].',
    }),
    unpricedModels: t.exposeStringList('unpricedModels', {
      description:
        'The models of the session that have no known price, so that what it uses would not count towards the budget. Empty when the reason is another one.',
    }),
  }),
});

export const QuotaExceededErrorType = builder.objectRef<QuotaExceeded>('QuotaExceededError').implement({
  description:
    'A quota of the user is used up. Nothing was reserved, minted or charged. When several quotas are exceeded, this is the one with the latest retryAt.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    quota: t.expose('quota', { type: QuotaKindEnum, description: 'The quota that is used up.' }),
    limit: t.exposeInt('limit', { description: 'The limit that the policy sets.' }),
    used: t.exposeInt('used', {
      description:
        'The number that was counted when the session was refused. It can exceed the limit after the limit was lowered.',
    }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The earliest time at which another attempt can succeed. Null when waiting does not help, because the limit is 0.',
    }),
  }),
});

export const UserSuspendedErrorType = builder.objectRef<UserSuspended>('UserSuspendedError').implement({
  description: 'The user is suspended. Nothing was reserved or minted.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    suspendedAt: t.expose('suspendedAt', {
      type: 'DateTime',
      description: 'When the user was suspended.',
    }),
  }),
});

const IdempotencyConflictEnum = builder.enumType('IdempotencyConflict', {
  description: 'The reason why an idempotency key cannot be used.',
  values: {
    DIFFERENT_INPUT: { description: 'The key was used before with another input.' },
    IN_PROGRESS: { description: 'The first request with this key is still in progress. Try again shortly.' },
  },
});

export const IdempotencyConflictErrorType = builder
  .objectRef<IdempotencyConflict>('IdempotencyConflictError')
  .implement({
    description: 'The idempotency key cannot be used for this request. Nothing was reserved or minted.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      reason: t.expose('reason', {
        type: IdempotencyConflictEnum,
        description: 'The reason: use another key, or wait.',
      }),
    }),
  });

export const SecretAlreadyIssuedErrorType = builder
  .objectRef<SecretAlreadyIssued>('SecretAlreadyIssuedError')
  .implement({
    description:
      'The idempotency key was used before with the same input, and the secret was returned then. Secrets are returned once.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      session: t.expose('session', {
        type: RealtimeSessionType,
        nullable: true,
        description:
          'The session that was issued with the key, in its current state. It is nullable like in the other members, so that one selection fits all of them.',
      }),
    }),
  });

export const UpstreamErrorType = builder.objectRef<UpstreamProblem>('UpstreamError').implement({
  description: 'The provider returned no client secret, or its record could not be written.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      nullable: true,
      description:
        'The record of the attempt. Null when Gatehouse refused the request before anything was reserved, because the provider keeps failing or too many requests are waiting.',
    }),
    upstreamStatus: t.int({
      nullable: true,
      description: "The HTTP status of the provider's answer. Null when there was no answer, or no request.",
      resolve: ({ failure }) => failure.upstreamStatus,
    }),
    upstreamCode: t.string({
      nullable: true,
      description: 'The error code of the provider, e.g. "model_not_found". Null when it sent none.',
      resolve: ({ failure }) => failure.upstreamCode,
    }),
    upstreamParam: t.string({
      nullable: true,
      description: UPSTREAM_PARAM,
      resolve: ({ failure }) => failure.upstreamParam,
    }),
    path: t.exposeStringList('path', {
      nullable: true,
      description:
        'The field of the input that upstreamParam is about: field names and list indexes, as in InputIssue. Null when there is no such field.',
    }),
    upstreamRequestId: t.string({
      nullable: true,
      description: "The provider's request id, for questions to its support. Null when it sent none.",
      resolve: ({ failure }) => failure.upstreamRequestId,
    }),
    retryAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'The earliest time at which to try again, by the Retry-After of the provider, and at most a day away. Null when it named none that can be read, or when trying again does not help.',
      resolve: ({ failure }) => failure.retryAt,
    }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same request can succeed later.' }),
    possiblyIssued: t.exposeBoolean('possiblyIssued', {
      description: 'True when a secret may exist at the provider although none was received.',
    }),
  }),
});
