import type { RedactedSecret } from '../sessions/session.ts';
import { builder } from './builder.ts';

export const RedactedClientSecretType = builder.objectRef<RedactedSecret>('RedactedClientSecret').implement({
  description: 'What remains visible of a secret after it was handed out. The value itself is not kept.',
  fields: (t) => ({
    redacted: t.exposeString('redacted', {
      description: 'Prefix and last four characters, e.g. "ek_…9f3a".',
    }),
    fingerprint: t.string({
      description:
        'Keyed HMAC-SHA-256 of the value, hex. Same value, same fingerprint; not reversible without the key.',
      resolve: async ({ sessionId, fingerprint }, _args, { reader }) => {
        if (fingerprint !== undefined) return fingerprint;
        const session = await reader.session(sessionId);
        if (session?.clientSecret == null) throw new Error('A session has lost its secret');
        return session.clientSecret.fingerprint;
      },
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description:
        'From when on it opens nothing any more. What it opened before may run on: see exposedUntil.',
    }),
    isExpired: t.boolean({
      description: 'Whether expiresAt has passed, by the database clock.',
      resolve: ({ expiresAt, readAt }) => expiresAt <= readAt,
    }),
    expiresInSeconds: t.int({
      description: 'Whole seconds left, 0 once expired. By the database clock.',
      resolve: ({ expiresAt, readAt }) =>
        Math.max(0, Math.floor((expiresAt.getTime() - readAt.getTime()) / 1000)),
    }),
  }),
});
