import type { InputIssue } from '../domain/input-issue.ts';
import type { IssueOutcome } from '../domain/issue-session.ts';
import type { Secret } from '../domain/secret.ts';
import type { Session, SessionFailure } from '../domain/session.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';
import { failureMessage } from './failure-message.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { CreateRealtimeSessionInput } from './session-inputs.ts';

/** The union's members carry their typename: by their fields alone they cannot be told apart. */
type Issued = {
  readonly __typename: 'CreateRealtimeSessionSuccess';
  readonly session: Session;
  readonly clientSecret: { readonly secret: Secret; readonly expiresAt: Date };
};
type Invalid = {
  readonly __typename: 'InvalidInputError';
  readonly message: string;
  readonly issues: readonly InputIssue[];
};
type Upstream = {
  readonly __typename: 'UpstreamError';
  readonly message: string;
  readonly session: Session;
  readonly failure: SessionFailure;
  readonly retryable: boolean;
  readonly possiblyIssued: boolean;
};

const IssuedClientSecretType = builder.objectRef<Issued['clientSecret']>('IssuedClientSecret').implement({
  description:
    'The only place in the schema where a secret can be read: once, by the caller that asked for it. It is not kept and cannot be had again.',
  fields: (t) => ({
    // The one call of reveal(). The record of this secret is committed.
    value: t.string({ resolve: ({ secret }) => secret.reveal() }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
});

const SuccessType = builder.objectRef<Issued>('CreateRealtimeSessionSuccess').implement({
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

const InputIssueType = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'One thing wrong with an input.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'Field names and list positions, e.g. ["labels", "1", "key"].',
    }),
    message: t.exposeString('message'),
  }),
});

const InvalidInputErrorType = builder.objectRef<Invalid>('InvalidInputError').implement({
  description: 'The input cannot be used. Nothing was reserved or minted.',
  interfaces: [ErrorInterface],
  fields: (t) => ({ issues: t.expose('issues', { type: [InputIssueType] }) }),
});

const UpstreamErrorType = builder.objectRef<Upstream>('UpstreamError').implement({
  description: 'The provider gave no client secret, or none that could be recorded.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      nullable: true,
      description: 'The record of the attempt. Null when it was refused before anything was reserved.',
    }),
    upstreamStatus: t.int({ nullable: true, resolve: ({ failure }) => failure.upstreamStatus }),
    upstreamCode: t.string({
      nullable: true,
      description: 'The provider\'s own code, e.g. "model_not_found".',
      resolve: ({ failure }) => failure.upstreamCode,
    }),
    upstreamRequestId: t.string({
      nullable: true,
      description: "What to quote to the provider's support.",
      resolve: ({ failure }) => failure.upstreamRequestId,
    }),
    retryable: t.exposeBoolean('retryable', { description: 'Whether the same request may succeed later.' }),
    possiblyIssued: t.exposeBoolean('possiblyIssued', {
      description: 'True when a secret may exist upstream although none was received.',
    }),
  }),
});

const ResultType = builder.unionType('CreateRealtimeSessionResult', {
  types: [SuccessType, InvalidInputErrorType, UpstreamErrorType],
  resolveType: (result) => result.__typename,
});

builder.mutationField('createRealtimeSession', (t) =>
  t.field({
    type: ResultType,
    description:
      'Mints a short-lived client secret at the provider for one of your users, records it, and hands it over, once.',
    args: { input: t.arg({ type: CreateRealtimeSessionInput, required: true }) },
    resolve: async (_root, { input }, { issueSession, actor, origin, log }) => {
      const result = present(await issueSession(input, { actor, origin }));
      log.outcome = result.__typename;
      return result;
    },
  }),
);

function present(outcome: IssueOutcome): Issued | Invalid | Upstream {
  switch (outcome.kind) {
    case 'issued':
      return {
        __typename: 'CreateRealtimeSessionSuccess',
        session: outcome.session,
        clientSecret: { secret: outcome.secret, expiresAt: outcome.expiresAt },
      };
    case 'invalid':
      return {
        __typename: 'InvalidInputError',
        message: 'The input cannot be used.',
        issues: outcome.issues,
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
