import type { Session } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { REASON_FIELD, readReason } from './reason.ts';

type Success = { readonly __typename: 'RevokeRealtimeSessionSuccess'; readonly session: Session };

const SuccessType = builder.objectRef<Success>('RevokeRealtimeSessionSuccess').implement({
  description: 'The session is revoked, or it had already ended.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description:
        'The session after the change: REVOKED, or unchanged if it had ended before. Reading it needs SESSIONS_READ in addition to SESSIONS_REVOKE.',
      authScopes: { scope: 'SESSIONS_READ', person: true },
    }),
  }),
});

const ResultType = resultType(
  'RevokeRealtimeSessionResult',
  'The session after the change, or that there is no such session.',
  [SuccessType, NotFoundErrorType],
);

const RevokeRealtimeSessionInput = builder.inputType('RevokeRealtimeSessionInput', {
  description: 'The session to revoke.',
  fields: (t) => ({
    id: t.id({
      required: true,
      description: "The value of RealtimeSession.id, not the provider's own identifier.",
    }),
    reason: t.string(REASON_FIELD),
  }),
});

builder.mutationField('revokeRealtimeSession', (t) =>
  t.field({
    type: ResultType,
    description:
      "Marks the session as revoked in Gatehouse. Providers offer no way to revoke a client secret, so the session counts against the user's quota until the secret expires, and exposedUntil says how long connections that were opened with it may run. Idempotent. A session that has ended stays as it is. Of a BROKERED session the secret opens nothing any more, and its call is hung up at once.",
    args: inputArgument(t.arg, RevokeRealtimeSessionInput, 'The session to revoke, and the reason.'),
    authScopes: { scope: 'SESSIONS_REVOKE', person: true },
    resolve: logged(async ({ input }, context): Promise<Success | NotFound> => {
      const { reader, sessions, actor, origin } = context;
      const reason = readReason(input.reason);
      const id = decodeIdOf('RealtimeSession', input.id);
      // A session's owner never changes, so a session that is visible now is visible when it is revoked.
      const visible = id === null ? null : await reader.session(id);
      const session = visible === null ? null : await sessions.revoke(visible.id, reason, { actor, origin });
      return session === null ? notFound : { __typename: 'RevokeRealtimeSessionSuccess', session };
    }),
  }),
);
