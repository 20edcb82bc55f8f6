import type { IssueOutcome } from '../issuing/issue-outcome.ts';
import type { PolicyRule } from '../limits/policy.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { Session } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { ForbiddenError } from './errors.ts';
import { failureMessage, refusalMessage } from './failure-message.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import {
  type IdempotencyConflict,
  IdempotencyConflictErrorType,
  type PolicyViolation,
  PolicyViolationErrorType,
  type QuotaExceeded,
  QuotaExceededErrorType,
  type SecretAlreadyIssued,
  SecretAlreadyIssuedErrorType,
  UpstreamErrorType,
  type UpstreamProblem,
  type UserSuspended,
  UserSuspendedErrorType,
} from './issue-errors.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { CreateRealtimeSessionInput } from './session-inputs.ts';

type Issued = {
  readonly __typename: 'CreateRealtimeSessionSuccess';
  readonly session: Session;
  readonly clientSecret: { readonly secret: Secret; readonly expiresAt: Date };
};

const IssuedClientSecretType = builder.objectRef<Issued['clientSecret']>('IssuedClientSecret').implement({
  description:
    'The only place in the schema where a secret can be read: once, by the caller that asked for it. It is not kept and cannot be had again.',
  fields: (t) => ({
    value: t.string({
      description: 'What the client opens its connection with, e.g. "ek_…". Keep it nowhere.',
      // The one call of reveal(). The record of this secret is committed.
      resolve: ({ secret }) => secret.reveal(),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'From when on it opens nothing any more. What it opened before may run on.',
    }),
  }),
});

const SuccessType = builder.objectRef<Issued>('CreateRealtimeSessionSuccess').implement({
  description: 'The session was issued and recorded.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      nullable: true,
      description: 'Nullable so that an error inside it cannot take the secret away.',
    }),
    clientSecret: t.expose('clientSecret', {
      type: IssuedClientSecretType,
      description: 'Returned once, never retrievable: pass it on to the client that connects.',
    }),
  }),
});

const ResultType = builder.unionType('CreateRealtimeSessionResult', {
  description: 'The secret, or why there is none. Every member but CreateRealtimeSessionSuccess is an Error.',
  types: [
    SuccessType,
    InvalidInputErrorType,
    PolicyViolationErrorType,
    QuotaExceededErrorType,
    UserSuspendedErrorType,
    IdempotencyConflictErrorType,
    SecretAlreadyIssuedErrorType,
    UpstreamErrorType,
  ],
  resolveType: (result) => result.__typename,
});

builder.mutationField('createRealtimeSession', (t) =>
  t.field({
    type: ResultType,
    description:
      'Mints a short-lived client secret at the provider for one of your users, records it, and hands it over, once. With an `idempotencyKey` it can be repeated safely when the answer got lost.',
    args: {
      input: t.arg({
        type: CreateRealtimeSessionInput,
        required: true,
        description: 'For whom and how, e.g. `{ externalUserId: "alice", instructions: "Be brief." }`.',
      }),
    },
    authScopes: { scope: 'SESSIONS_CREATE', person: true },
    resolve: async (_root, { input }, { issuing, actor, origin, log }) => {
      const outcome = await issuing.issueSession(input, { actor, origin });
      if (outcome.kind === 'forbidden') throw new ForbiddenError('Mutation.createRealtimeSession');
      const result = present(outcome);
      log.outcome = result.__typename;
      return result;
    },
  }),
);

type Result =
  | Issued
  | InvalidInput
  | PolicyViolation
  | QuotaExceeded
  | UserSuspended
  | IdempotencyConflict
  | SecretAlreadyIssued
  | UpstreamProblem;

const POLICY_REFUSALS: Readonly<Record<PolicyRule, string>> = {
  MODEL: 'The policy of this user does not allow the model.',
  TTL: 'The policy of this user does not allow so long a lifetime.',
  BUDGET:
    'What is known of the costs of this user in this month (UTC) has reached its budget. Usage counts once it is reported: sessions that are live already may still add to it.',
};

function present(outcome: Exclude<IssueOutcome, { kind: 'forbidden' }>): Result {
  switch (outcome.kind) {
    case 'issued':
      return {
        __typename: 'CreateRealtimeSessionSuccess',
        session: outcome.session,
        clientSecret: { secret: outcome.secret, expiresAt: outcome.expiresAt },
      };
    case 'invalid':
      return invalidInput(outcome.issues);
    case 'policy':
      return {
        __typename: 'PolicyViolationError',
        message: POLICY_REFUSALS[outcome.rule],
        ...outcome,
      };
    case 'quota':
      return { __typename: 'QuotaExceededError', message: 'A quota of this user is used up.', ...outcome };
    case 'suspended':
      return { __typename: 'UserSuspendedError', message: 'The user is suspended.', ...outcome };
    case 'conflict':
      return {
        __typename: 'IdempotencyConflictError',
        message: 'The idempotency key cannot be used for this request.',
        ...outcome,
      };
    case 'already_issued':
      return {
        __typename: 'SecretAlreadyIssuedError',
        message: 'The secret of this key was already handed out, once.',
        ...outcome,
      };
    case 'refused':
      return {
        __typename: 'UpstreamError',
        message: refusalMessage(outcome.reason),
        session: null,
        failure: { upstreamStatus: null, upstreamCode: null, upstreamRequestId: null },
        retryable: true,
        possiblyIssued: false,
      };
    case 'not_issued':
      return {
        __typename: 'UpstreamError',
        message: failureMessage(outcome.failure.code),
        session: outcome.session,
        failure: outcome.failure,
        retryable: outcome.retryable,
        possiblyIssued: outcome.possiblyIssued,
      };
    default:
      return outcome satisfies never;
  }
}
