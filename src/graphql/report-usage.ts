import { type Actor, hasScope } from '../authorization/actor.ts';
import type { Session } from '../sessions/session.ts';
import { MAX_USAGE_BYTES } from '../usage/parse-usage.ts';
import type { ReportOutcome } from '../usage/report-usage.ts';
import { MAX_REPORTS } from '../usage/usage.ts';
import { lackingFor } from './authorization.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';
import { ForbiddenError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { type InvalidInput, InvalidInputErrorType, invalidInput } from './invalid-input-error.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
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
  description: 'The usage is recorded, by this report or an earlier one.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description: 'The session that used it. Reading it needs SESSIONS_READ.',
      authScopes: { scope: 'SESSIONS_READ', person: true },
    }),
    alreadyReported: t.exposeBoolean('alreadyReported', {
      description: 'True when the same usage was reported before, so that this report changed nothing.',
    }),
  }),
});

const ConflictType = builder.objectRef<Conflict>('UsageConflictError').implement({
  description:
    'The same kind of caller reported this response before, with other numbers. The first numbers are kept.',
  interfaces: [ErrorInterface],
});

const ResultType = resultType('ReportUsageResult', 'That the usage is recorded, or why it is not.', [
  SuccessType,
  NotFoundErrorType,
  InvalidInputErrorType,
  ConflictType,
]);

const ReportUsageInput = builder.inputType('ReportUsageInput', {
  description: 'What one response of a session used.',
  fields: (t) => ({
    sessionId: t.id({
      required: true,
      description: "The value of RealtimeSession.id, not the provider's own identifier.",
    }),
    responseId: t.string({
      required: true,
      description:
        "The provider's id of the response (resp_…) or of the transcribed item. Each has one record.",
    }),
    model: t.string({
      description:
        'The model whose prices apply. Default: the model of the session; for usage of a transcription (with a type of "tokens" or "duration") its transcription model. Without reach EVERYTHING it must be a model of the session, or one with a known price.',
    }),
    replaces: t.boolean({
      description:
        'Whether it corrects what was reported of this response before, instead of being in conflict with it. Needs USAGE_WRITE and reach EVERYTHING. The audit event has both numbers.',
    }),
    usage: t.field({
      type: 'JSON',
      required: true,
      description: `The provider's usage object as it was received, from response.done or from a transcription event. Fields that Gatehouse does not know are stored with it. At most ${MAX_USAGE_BYTES.toLocaleString('en')} bytes as JSON.`,
    }),
    at: t.field({
      type: 'DateTime',
      description:
        'The time of the use, from issuedAt to exposedUntil and no later than now. Clocks differ, so a time up to a minute before or after is taken for the nearest one. Default: now; for a correction the time that was reported before.',
    }),
  }),
});

builder.mutationField('reportUsage', (t) =>
  t.field({
    type: ResultType,
    description: `Records what one response of a session used, as the provider reported it in response.done (or in a transcription event). Reporting the same usage again changes nothing; other numbers are a conflict, unless replaces says that they are a correction. The report of an application replaces the report of an end user. The session's user and the session's application may report; other callers need USAGE_WRITE. A session has at most ${MAX_REPORTS.CLIENT.toLocaleString('en')} reports of its user, and ${MAX_REPORTS.APPLICATION.toLocaleString('en')} of applications.`,
    args: inputArgument(t.arg, ReportUsageInput, 'The session, its response, and what the response used.'),
    authScopes: { scope: 'USAGE_WRITE', person: true, application: true },
    resolve: logged(async ({ input }, { actor, origin, reader, usage }): Promise<Result> => {
      const replaces = input.replaces ?? false;
      // A correction changes what others reported, so the session's own application or user may not make one.
      const lacking = replaces ? lackingFor(actor, { everywhere: 'USAGE_WRITE' }) : null;
      if (lacking !== null) throw new ForbiddenError('Mutation.reportUsage', lacking);
      const id = decodeIdOf('RealtimeSession', input.sessionId);
      const session = id === null ? null : await reader.session(id);
      if (session === null || !mayReport(actor, session)) return notFound;
      const report = {
        ...input,
        usage: input.usage,
        model: input.model,
        at: input.at?.date ?? null,
        replaces,
      };
      return toResult(session, await usage.report(session, report, { actor, origin }));
    }),
  }),
);

/** Without USAGE_WRITE an application may report the usage of its own sessions only, even if it can read others. */
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
        message: 'This response was reported before, with other numbers. The first numbers are kept.',
      };
    case 'invalid':
      return invalidInput(outcome.issues);
    default:
      return outcome satisfies never;
  }
}
