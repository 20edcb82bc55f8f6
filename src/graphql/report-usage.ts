import type { Actor } from '../authorization/actor.ts';
import { hasScope } from '../authorization/actor.ts';
import type { Session } from '../sessions/session.ts';
import type { ReportOutcome } from '../usage/report-usage.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

type Success = {
  readonly __typename: 'ReportUsageSuccess';
  readonly session: Session;
  readonly alreadyReported: boolean;
};
type Conflict = { readonly __typename: 'UsageConflictError'; readonly message: string };
type Result = Success | NotFound | InvalidInput | Conflict;

const SuccessType = builder.objectRef<Success>('ReportUsageSuccess').implement({
  description: 'The usage is recorded, now or by an earlier report.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description: 'The session that it is of. Reading it needs SESSIONS_READ.',
      authScopes: { scope: 'SESSIONS_READ', person: true },
    }),
    alreadyReported: t.exposeBoolean('alreadyReported', {
      description: 'True when the same was reported before: this report changed nothing.',
    }),
  }),
});

const ConflictType = builder.objectRef<Conflict>('UsageConflictError').implement({
  description:
    'The same response was reported before, by the same kind of caller, with other numbers; the first ones stand.',
  interfaces: [ErrorInterface],
});

const ResultType = builder.unionType('ReportUsageResult', {
  description: 'That it is recorded, or why not.',
  types: [SuccessType, NotFoundErrorType, InvalidInputErrorType, ConflictType],
  resolveType: (result) => result.__typename,
});

const ReportUsageInput = builder.inputType('ReportUsageInput', {
  description: 'What one response of a session used.',
  fields: (t) => ({
    sessionId: t.id({
      required: true,
      description: "What RealtimeSession.id shows, not the provider's own identifier.",
    }),
    responseId: t.string({
      required: true,
      description: "The provider's response id (resp_…) or item id: one record each.",
    }),
    model: t.string({
      description: "The model that is to be paid, e.g. that of the transcription. Default: the session's.",
    }),
    usage: t.field({
      type: 'JSON',
      required: true,
      description:
        "The provider's usage object as received: response.done's, or a transcription's tokens or duration. What is not known of it is kept.",
    }),
    at: t.field({
      type: 'DateTime',
      description: 'When it was used. Default now; between issuedAt and the earlier of now and exposedUntil.',
    }),
  }),
});

builder.mutationField('reportUsage', (t) =>
  t.field({
    type: ResultType,
    description:
      "Usage as the provider reported it in response.done (or a transcription's usage). Reporting the same again changes nothing; an application's report replaces an end user's. For the session's own user and its own application; for others with USAGE_WRITE.",
    args: {
      input: t.arg({
        type: ReportUsageInput,
        required: true,
        description: 'Which response of which session, and what it used.',
      }),
    },
    authScopes: { scope: 'USAGE_WRITE', person: true, application: true },
    resolve: async (_root, { input }, { actor, origin, reader, usage, log }): Promise<Result> => {
      const id = decodeIdOf('RealtimeSession', input.sessionId);
      const session = id === null ? null : await reader.session(id);
      const result =
        session === null || !mayReport(actor, session)
          ? notFound
          : toResult(
              session,
              await usage.report(
                session,
                { ...input, usage: input.usage, model: input.model, at: input.at ?? null },
                { actor, origin },
              ),
            );
      log.outcome = result.__typename;
      return result;
    },
  }),
);

/** Beyond what somebody sees: without USAGE_WRITE an application reports on its own sessions, however far it may read. */
function mayReport(actor: Actor, session: Session): boolean {
  if (actor.kind !== 'application' || hasScope(actor, 'USAGE_WRITE')) return true;
  return session.applicationId === actor.applicationId;
}

function toResult(session: Session, outcome: ReportOutcome): Result {
  switch (outcome.kind) {
    case 'reported':
      return { __typename: 'ReportUsageSuccess', session, alreadyReported: outcome.alreadyReported };
    case 'not_found':
      return notFound;
    case 'conflict':
      return {
        __typename: 'UsageConflictError',
        message: 'This response was reported before, with other numbers. The first ones stand.',
      };
    case 'invalid':
      return invalidInput(outcome.issues);
    default:
      return outcome satisfies never;
  }
}
