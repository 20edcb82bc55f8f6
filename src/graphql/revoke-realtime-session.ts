import { parseReason } from '../domain/limit-inputs.ts';
import type { Session } from '../domain/session.ts';
import { builder } from './builder.ts';
import { BadInputError } from './errors.ts';
import { decodeIdOf } from './ids.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

type Success = { readonly __typename: 'RevokeRealtimeSessionSuccess'; readonly session: Session };

const SuccessType = builder.objectRef<Success>('RevokeRealtimeSessionSuccess').implement({
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description: 'As it is now. Reading it needs SESSIONS_READ beside SESSIONS_REVOKE.',
      authScopes: { scope: 'SESSIONS_READ', person: true },
    }),
  }),
});

const ResultType = builder.unionType('RevokeRealtimeSessionResult', {
  types: [SuccessType, NotFoundErrorType],
  resolveType: (result) => result.__typename,
});

const RevokeRealtimeSessionInput = builder.inputType('RevokeRealtimeSessionInput', {
  fields: (t) => ({
    id: t.id({ required: true }),
    reason: t.string({ description: 'Kept in the audit trail.' }),
  }),
});

builder.mutationField('revokeRealtimeSession', (t) =>
  t.field({
    type: ResultType,
    description:
      "Withdraws the session in Gatehouse's own books. Upstream offers no way to withdraw a secret, so its slot stays taken until the secret expires, and exposedUntil says how long something opened with it may run. Idempotent; one that has ended stays as it is.",
    args: { input: t.arg({ type: RevokeRealtimeSessionInput, required: true }) },
    authScopes: { scope: 'SESSIONS_REVOKE', person: true },
    resolve: async (_root, { input }, context): Promise<Success | NotFound> => {
      const { ledger, limits, actor, origin, log } = context;
      const reason = parseReason(input.reason);
      // The result has no member for a bad input, so it is an error of the request.
      if (!reason.ok) throw new BadInputError('input.reason', reason.issues[0]?.message ?? 'cannot be used');
      const id = decodeIdOf('RealtimeSession', input.id);
      // Whose a session is never changes: what is visible now is so when it is revoked.
      const seen = id === null ? null : await ledger.session(id);
      const session =
        seen === null ? null : await limits.revokeSession(seen.id, reason.value, { actor, origin });
      const result =
        session === null ? notFound : ({ __typename: 'RevokeRealtimeSessionSuccess', session } as const);
      log.outcome = result.__typename;
      return result;
    },
  }),
);
