import type { RedactedSecret } from '../sessions/session.ts';
import { builder } from './builder.ts';
import { columnsOf } from './declared-text.ts';

// An Int of GraphQL has 32 bits.
const MAX_INT = 2 ** 31 - 1;

const column = columnsOf<'redacted' | 'fingerprint' | 'expiresAt'>();

export const RedactedClientSecretType = builder.objectRef<RedactedSecret>('RedactedClientSecret').implement({
  description: 'A client secret after it was returned. Its value is not stored.',
  fields: (t) => ({
    redacted: t.exposeString('redacted', {
      description: 'The prefix and the last four characters, e.g. "ek_…9f3a".',
      extensions: column('redacted'),
    }),
    fingerprint: t.string({
      description:
        'The HMAC-SHA-256 of the value, in hex. The same value has the same fingerprint. The value cannot be derived from it.',
      extensions: column('fingerprint'),
      resolve: async ({ sessionId, fingerprint }, _args, { reader }) => {
        if (fingerprint !== undefined) return fingerprint;
        const session = await reader.session(sessionId);
        if (session?.clientSecret == null) throw new Error('A session has no secret any more');
        return session.clientSecret.fingerprint;
      },
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      extensions: column('expiresAt'),
      description:
        'When the secret expires. It opens no connection afterwards; connections that it opened before may continue until exposedUntil.',
    }),
    isExpired: t.boolean({
      description: 'Whether expiresAt has passed, by the clock of the database.',
      resolve: ({ expiresAt, readAt }) => expiresAt <= readAt,
    }),
    expiresInSeconds: t.int({
      description: 'The whole seconds until expiresAt, by the clock of the database. 0 when it has passed.',
      resolve: ({ expiresAt, readAt }) =>
        Math.min(MAX_INT, Math.max(0, Math.floor((expiresAt.getTime() - readAt.getTime()) / 1000))),
    }),
  }),
});
