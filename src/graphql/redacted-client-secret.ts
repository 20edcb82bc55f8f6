import type { SecretTrace } from '../domain/session.ts';
import { builder } from './builder.ts';

export const RedactedClientSecretType = builder
  .objectRef<{ readonly secret: SecretTrace; readonly readAt: Date }>('RedactedClientSecret')
  .implement({
    description: 'What remains visible of a secret after it was handed out. The value itself is not kept.',
    fields: (t) => ({
      redacted: t.string({
        description: 'Prefix and last four characters, e.g. "ek_…9f3a".',
        resolve: ({ secret }) => `${secret.prefix}…${secret.lastFour}`,
      }),
      fingerprint: t.string({
        description:
          'Keyed HMAC-SHA-256 of the value, hex. Same value, same fingerprint; not reversible without the key.',
        resolve: ({ secret }) => secret.fingerprint,
      }),
      expiresAt: t.field({
        type: 'DateTime',
        description:
          'From when on it opens nothing any more. What it opened before may run on: see exposedUntil.',
        resolve: ({ secret }) => secret.expiresAt,
      }),
      isExpired: t.boolean({
        description: 'Whether expiresAt has passed, by the database clock.',
        resolve: ({ secret, readAt }) => secret.expiresAt <= readAt,
      }),
      expiresInSeconds: t.int({
        description: 'Whole seconds left, 0 once expired. By the database clock.',
        resolve: ({ secret, readAt }) =>
          Math.max(0, Math.floor((secret.expiresAt.getTime() - readAt.getTime()) / 1000)),
      }),
    }),
  });
