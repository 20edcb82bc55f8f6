import { Secret } from '../platform/redaction/secret.ts';
import type { Session } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

type Success = { readonly __typename: 'IdentifyClientSecretSuccess'; readonly session: Session };

const SuccessType = builder.objectRef<Success>('IdentifyClientSecretSuccess').implement({
  description: 'The secret was issued here.',
  fields: (t) => ({
    session: t.expose('session', {
      type: RealtimeSessionType,
      description:
        'The session that the secret was issued for, ended or not. Readable here with AUDIT_READ alone. Its exposedUntil says how long something opened with the secret may still run.',
    }),
  }),
});

const ResultType = builder.unionType('IdentifyClientSecretResult', {
  description: 'The session of the secret, or that none of those you may see has it.',
  types: [SuccessType, NotFoundErrorType],
  resolveType: (result) => result.__typename,
});

const IdentifyClientSecretInput = builder.inputType('IdentifyClientSecretInput', {
  description: 'A client secret that was found where it should not be.',
  fields: (t) => ({
    secret: t.string({
      required: true,
      description:
        'The whole value as it was found, e.g. "ek_…", at most 4,096 characters. Send it as a variable: it is neither logged nor kept.',
    }),
  }),
});

builder.mutationField('identifyClientSecret', (t) =>
  t.field({
    type: ResultType,
    description:
      'Incident response: which session and user does this leaked secret belong to? It finds expired and revoked ones too, for as long as sessions are kept, under every fingerprint key that the gateway still has. What is not a client secret of yours to see, whatever it is, is not found. Each look-up is audited (secret.identified), found or not; the secret itself goes nowhere. Next: revokeRealtimeSession, and suspendUser if the user is in on it. Needs AUDIT_READ.',
    args: {
      input: t.arg({ type: IdentifyClientSecretInput, required: true, description: 'The secret.' }),
    },
    authScopes: { scope: 'AUDIT_READ' },
    resolve: async (_root, { input }, { sessions, actor, origin, log }): Promise<Success | NotFound> => {
      const session = await sessions.identifySecret(new Secret(input.secret), { actor, origin });
      const result =
        session === null ? notFound : ({ __typename: 'IdentifyClientSecretSuccess', session } as const);
      log.outcome = result.__typename;
      return result;
    },
  }),
);
