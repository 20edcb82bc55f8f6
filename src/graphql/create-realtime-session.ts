import type { IssueOutcome } from '../issuing/issue-outcome.ts';
import type { PolicyRule } from '../limits/policy.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { inputPathOf } from '../providers/input-path.ts';
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
import { inputArgument, logged, resultType } from './mutation.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { CreateRealtimeSessionInput } from './session-inputs.ts';

type Issued = {
  readonly __typename: 'CreateRealtimeSessionSuccess';
  readonly session: Session;
  readonly clientSecret: { readonly secret: Secret; readonly expiresAt: Date };
  readonly callUrl: string | null;
};

const IssuedClientSecretType = builder.objectRef<Issued['clientSecret']>('IssuedClientSecret').implement({
  description:
    'A client secret, returned once to the caller that requested it. This is the only place in the schema where a client secret can be read; it is not stored and cannot be read again.',
  fields: (t) => ({
    value: t.string({
      description: 'The secret that the client opens its connection with, e.g. "ek_…". Do not store it.',
      // The record of this secret has been committed by now.
      resolve: ({ secret }) => secret.reveal(),
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description:
        'When the secret expires. It opens no connection afterwards; connections that it opened before may continue.',
    }),
  }),
});

const SuccessType = builder.objectRef<Issued>('CreateRealtimeSessionSuccess').implement({
  description: 'The session was issued and recorded.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      nullable: true,
      description:
        'The new session. It is nullable so that an error inside it cannot remove the secret from the answer.',
    }),
    clientSecret: t.expose('clientSecret', {
      type: IssuedClientSecretType,
      description:
        'The client secret, returned once. It can never be read again: pass it to the client that connects.',
    }),
    callUrl: t.exposeString('callUrl', {
      nullable: true,
      description:
        "Where the client of a BROKERED session sends its SDP offer, absolute: the baseUrl of OpenAI's WebRTC transport. Null for a DIRECT session.",
    }),
  }),
});

const ResultType = resultType(
  'CreateRealtimeSessionResult',
  'The client secret, or why there is none. Every member except CreateRealtimeSessionSuccess is an Error.',
  [
    SuccessType,
    InvalidInputErrorType,
    PolicyViolationErrorType,
    QuotaExceededErrorType,
    UserSuspendedErrorType,
    IdempotencyConflictErrorType,
    SecretAlreadyIssuedErrorType,
    UpstreamErrorType,
  ],
);

builder.mutationField('createRealtimeSession', (t) =>
  t.field({
    type: ResultType,
    description:
      'Mints a short-lived client secret at the provider for one of your users, records the session, and returns the secret, once. With an `idempotencyKey` the request can be repeated safely when its answer was lost.',
    args: inputArgument(
      t.arg,
      CreateRealtimeSessionInput,
      'The user and the config of the session, e.g. `{ externalUserId: "alice", instructions: "Be brief." }`.',
    ),
    authScopes: { scope: 'SESSIONS_CREATE', person: true },
    resolve: logged(async ({ input }, { issuing, actor, origin }): Promise<Result> => {
      const outcome = await issuing.issueSession(input, { actor, origin });
      if (outcome.kind === 'forbidden')
        throw new ForbiddenError('Mutation.createRealtimeSession', ['SESSIONS_CREATE']);
      return present(outcome, input);
    }, null),
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
  PROVIDER: 'The policy of this user does not allow the provider.',
  TTL: 'The policy of this user does not allow such a long lifetime.',
  CALL_LENGTH: 'The policy of this user does not allow such a long call.',
  CONNECTION: 'The policy of this user allows BROKERED sessions only.',
  BUDGET:
    'The known costs of this user in this month (UTC) have reached the budget. Usage counts when it is reported, so running sessions may still add to it.',
};

const NO_ANSWER = {
  upstreamStatus: null,
  upstreamCode: null,
  upstreamParam: null,
  upstreamRequestId: null,
  retryAt: null,
};

function policyMessage({ rule, unpricedModels }: Extract<IssueOutcome, { kind: 'policy' }>): string {
  if (unpricedModels.length === 0) return POLICY_REFUSALS[rule];
  return `This user has a budget, and these models have no known price: ${unpricedModels.join(', ')}.`;
}

function present(outcome: Exclude<IssueOutcome, { kind: 'forbidden' }>, input: unknown): Result {
  switch (outcome.kind) {
    case 'issued':
      return {
        __typename: 'CreateRealtimeSessionSuccess',
        session: outcome.session,
        clientSecret: { secret: outcome.secret, expiresAt: outcome.expiresAt },
        callUrl: outcome.callUrl,
      };
    case 'invalid':
      return invalidInput(outcome.issues);
    case 'policy':
      return {
        __typename: 'PolicyViolationError',
        message: policyMessage(outcome),
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
        message: 'The secret of this idempotency key was already returned, once.',
        ...outcome,
      };
    case 'refused':
      return {
        __typename: 'UpstreamError',
        message: refusalMessage(outcome.reason),
        session: null,
        failure: NO_ANSWER,
        path: null,
        retryable: true,
        possiblyIssued: false,
      };
    case 'not_issued':
      return {
        __typename: 'UpstreamError',
        message: failureMessage(outcome.failure.code),
        session: outcome.session,
        failure: outcome.failure,
        path: inputPathOf(outcome.failure.upstreamParam, input),
        retryable: outcome.retryable,
        possiblyIssued: outcome.possiblyIssued,
      };
    default:
      return outcome satisfies never;
  }
}
