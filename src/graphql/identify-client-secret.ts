import { Secret } from '../platform/redaction/secret.ts';
import type { Session } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

type Success = { readonly __typename: 'IdentifyClientSecretSuccess'; readonly session: Session };

const SuccessType = builder.objectRef<Success>('IdentifyClientSecretSuccess').implement({
  description: 'The secret was issued by Gatehouse.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description:
        'The session that the secret was issued for, whether or not it has ended. Here it can be read with AUDIT_READ alone. Its exposedUntil says how long connections that were opened with the secret may still run.',
    }),
  }),
});

const ResultType = resultType(
  'IdentifyClientSecretResult',
  'The session that the secret belongs to, or that no session you may see has it.',
  [SuccessType, NotFoundErrorType],
);

const IdentifyClientSecretInput = builder.inputType('IdentifyClientSecretInput', {
  description: 'A client secret that was found where it should not be, e.g. in a log.',
  fields: (t) => ({
    secret: t.string({
      required: true,
      description:
        'The whole value as it was found, e.g. "ek_…", at most 4,096 characters. Send it as a variable. It is neither logged nor stored.',
    }),
  }),
});

builder.mutationField('identifyClientSecret', (t) =>
  t.field({
    type: ResultType,
    description:
      'Finds the session and the user that a leaked client secret belongs to. It finds the secrets of expired and revoked sessions, too, as long as the sessions are stored and the gateway has the fingerprint key of that time. Answers NotFoundError for anything that is not the client secret of a session you may see. Every look-up is audited (secret.identified), whether or not it finds a session; the secret itself is not written anywhere. As the next step use revokeRealtimeSession, and suspendUser if the user leaked the secret on purpose. Needs AUDIT_READ.',
    args: inputArgument(t.arg, IdentifyClientSecretInput, 'The secret to look up.'),
    authScopes: { scope: 'AUDIT_READ' },
    resolve: logged(async ({ input }, { sessions, actor, origin }): Promise<Success | NotFound> => {
      const session = await sessions.identifySecret(new Secret(input.secret), { actor, origin });
      return session === null ? notFound : { __typename: 'IdentifyClientSecretSuccess', session };
    }),
  }),
);
