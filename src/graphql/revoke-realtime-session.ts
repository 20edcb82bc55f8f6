import { parseReason } from '../audit/parse-reason.ts';
import type { Session } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { BadInputError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

type Success = { readonly __typename: 'RevokeRealtimeSessionSuccess'; readonly session: Session };

const SuccessType = builder.objectRef<Success>('RevokeRealtimeSessionSuccess').implement({
  description: 'The session is withdrawn, or had already ended.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description:
        'As it is now: REVOKED, or as it had ended before. Reading it needs SESSIONS_READ beside SESSIONS_REVOKE.',
      authScopes: { scope: 'SESSIONS_READ', person: true },
    }),
  }),
});

const ResultType = builder.unionType('RevokeRealtimeSessionResult', {
  description: 'The session, or that there is none.',
  types: [SuccessType, NotFoundErrorType],
  resolveType: (result) => result.__typename,
});

const RevokeRealtimeSessionInput = builder.inputType('RevokeRealtimeSessionInput', {
  description: 'Which session to withdraw.',
  fields: (t) => ({
    id: t.id({
      required: true,
      description: "What RealtimeSession.id shows, not the provider's own identifier.",
    }),
    reason: t.string({
      description:
        'Why, in your words: kept in the audit trail, credentials replaced. At most 1,000 characters.',
    }),
  }),
});

builder.mutationField('revokeRealtimeSession', (t) =>
  t.field({
    type: ResultType,
    description:
      "Withdraws the session in Gatehouse's own books. Upstream offers no way to withdraw a secret, so its slot stays taken until the secret expires, and exposedUntil says how long something opened with it may run. Idempotent; one that has ended stays as it is.",
    args: {
      input: t.arg({
        type: RevokeRealtimeSessionInput,
        required: true,
        description: 'Which session, and why.',
      }),
    },
    authScopes: { scope: 'SESSIONS_REVOKE', person: true },
    resolve: async (_root, { input }, context): Promise<Success | NotFound> => {
      const { reader, sessions, actor, origin, log } = context;
      const reason = parseReason(input.reason);
      // The result has no member for a bad input, so it is an error of the request.
      if (!reason.ok) throw new BadInputError('input.reason', reason.issues[0]?.message ?? 'cannot be used');
      const id = decodeIdOf('RealtimeSession', input.id);
      // Whose a session is never changes: what is visible now is so when it is revoked.
      const seen = id === null ? null : await reader.session(id);
      const session = seen === null ? null : await sessions.revoke(seen.id, reason.value, { actor, origin });
      const result =
        session === null ? notFound : ({ __typename: 'RevokeRealtimeSessionSuccess', session } as const);
      log.outcome = result.__typename;
      return result;
    },
  }),
);
