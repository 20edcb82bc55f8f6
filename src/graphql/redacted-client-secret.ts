import type { ListedSession, SecretSummary, SecretTrace } from '../domain/session.ts';
import { builder } from './builder.ts';

/** A session that has a secret; its fingerprint, if that was not read, is read by the session's id. */
export type SessionWithSecret = ListedSession & { readonly secret: SecretSummary | SecretTrace };

export const RedactedClientSecretType = builder
  .objectRef<SessionWithSecret>('RedactedClientSecret')
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
        resolve: async ({ id, secret }, _args, { ledger }) => {
          const trace = 'fingerprint' in secret ? secret : (await ledger.session(id))?.secret;
          if (trace == null) throw new Error('A session has lost its secret');
          return trace.fingerprint;
        },
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
