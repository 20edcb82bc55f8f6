import type { IssueOutcome } from '../issuing/issue-outcome.ts';
import type { PolicyRule } from '../limits/policy.ts';
import type { Session, SessionFailure } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';
import { QuotaKindEnum } from './policy.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

/** The refusals of createRealtimeSession. Each carries its typename: by fields alone they cannot be told apart. */

type Outcome<K extends IssueOutcome['kind']> = Extract<IssueOutcome, { kind: K }>;
type Refusal<Name extends string, Fields> = { readonly __typename: Name; readonly message: string } & Fields;

export type PolicyViolation = Refusal<'PolicyViolationError', Outcome<'policy'>>;
export type QuotaExceeded = Refusal<'QuotaExceededError', Outcome<'quota'>>;
export type UserSuspended = Refusal<'UserSuspendedError', Outcome<'suspended'>>;
export type IdempotencyConflict = Refusal<'IdempotencyConflictError', Outcome<'conflict'>>;
export type SecretAlreadyIssued = Refusal<'SecretAlreadyIssuedError', Outcome<'already_issued'>>;
export type UpstreamProblem = Refusal<
  'UpstreamError',
  {
    readonly session: Session | null;
    readonly failure: Omit<SessionFailure, 'code'>;
    readonly retryable: boolean;
    readonly possiblyIssued: boolean;
  }
>;

const PolicyRuleEnum = builder.enumType('PolicyRule', {
  description: 'What a policy refuses.',
  values: {
    MODEL: { description: 'The model is not one of those allowed.' },
    TTL: { description: 'The secret was to live longer than allowed.' },
    BUDGET: {
      description:
        "The user's known costs of this calendar month (UTC), as they were reported, have reached the budget.",
    },
  } satisfies Record<PolicyRule, object>,
});

export const PolicyViolationErrorType = builder.objectRef<PolicyViolation>('PolicyViolationError').implement({
  description: 'The policy that applies to this user refuses it. Nothing was reserved or minted.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    rule: t.expose('rule', { type: PolicyRuleEnum, description: 'What was refused.' }),
    allowed: t.exposeStringList('allowed', {
      description:
        'What would pass: the models, or the longest lifetime in seconds, e.g. ["600"]. For BUDGET: the budget in US dollars, e.g. ["25.5"].',
    }),
  }),
});

export const QuotaExceededErrorType = builder.objectRef<QuotaExceeded>('QuotaExceededError').implement({
  description:
    'A quota of this user is used up. Nothing was reserved, minted or charged. When several are exceeded, the one whose retryAt is latest.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    quota: t.expose('quota', { type: QuotaKindEnum, description: 'Which quota is used up.' }),
    limit: t.exposeInt('limit', { description: 'How many the policy allows.' }),
    used: t.exposeInt('used', {
      description: 'How many were counted when this was refused; more than limit after it was lowered.',
    }),
    retryAt: t.expose('retryAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When trying again can first succeed; null when waiting does not help (a limit of 0).',
    }),
  }),
});

export const UserSuspendedErrorType = builder.objectRef<UserSuspended>('UserSuspendedError').implement({
  description: 'The user is suspended. Nothing was reserved or minted.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    suspendedAt: t.expose('suspendedAt', {
      type: 'DateTime',
      description: 'Since when no session is issued for the user.',
    }),
  }),
});

const IdempotencyConflictEnum = builder.enumType('IdempotencyConflict', {
  description: 'Why an idempotency key cannot be used.',
  values: {
    DIFFERENT_INPUT: { description: 'The key was used before, with another input.' },
    IN_PROGRESS: { description: 'The first request with this key is still under way. Ask again shortly.' },
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
        description: 'Whether to take another key, or to wait.',
      }),
    }),
  });

export const SecretAlreadyIssuedErrorType = builder
  .objectRef<SecretAlreadyIssued>('SecretAlreadyIssuedError')
  .implement({
    description: 'The key was used with the same input and its secret was already handed out, once.',
    interfaces: [ErrorInterface],
    fields: (t) => ({
      session: t.expose('session', {
        type: RealtimeSessionType,
        description: 'The session that the key issued, as it stands now.',
      }),
    }),
  });

export const UpstreamErrorType = builder.objectRef<UpstreamProblem>('UpstreamError').implement({
  description: 'The provider gave no client secret, or none that could be recorded.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      nullable: true,
      description:
        'The record of the attempt. Null when it was refused before anything was reserved (the circuit is open, the queue is full).',
    }),
    upstreamStatus: t.int({
      nullable: true,
      description: 'The HTTP status of its answer. Null when it gave none, or was not asked.',
      resolve: ({ failure }) => failure.upstreamStatus,
    }),
    upstreamCode: t.string({
      nullable: true,
      description: 'The provider\'s own code, e.g. "model_not_found". Null when it gave none.',
      resolve: ({ failure }) => failure.upstreamCode,
    }),
    upstreamRequestId: t.string({
      nullable: true,
      description: "What to quote to the provider's support. Null when it gave none.",
      resolve: ({ failure }) => failure.upstreamRequestId,
    }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same request may succeed later.' }),
    possiblyIssued: t.exposeBoolean('possiblyIssued', {
      description: 'True when a secret may exist upstream although none was received.',
    }),
  }),
});
