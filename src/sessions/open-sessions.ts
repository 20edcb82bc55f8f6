import type pg from 'pg';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client.ts';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import type { FingerprintKey } from '../platform/redaction/secret.ts';
import { announceExpiry } from './announce-expiry.job.ts';
import { createIdentifySecret } from './identify-secret.db.ts';
import { identifySecret } from './identify-secret.ts';
import { revokeSession } from './revoke-session.db.ts';
import type { SessionStore } from './session-store.ts';

const ANNOUNCE_EVERY_MS = 500;

type Parts = {
  readonly pool: pg.Pool;
  readonly prisma: PrismaClient;
  /** All that client secrets were ever fingerprinted with. */
  readonly fingerprintKeys: readonly FingerprintKey[];
  /** Called when something was committed to the audit trail that subscribers depend on. */
  readonly onCommitted: () => void;
  readonly log: Logger;
};

/** Changes to sessions that were issued, and the job that writes down their expiry. */
export function openSessions({ pool, prisma, fingerprintKeys: keys, onCommitted, log }: Parts) {
  const identify = createIdentifySecret(pool);
  const sessions: SessionStore = {
    async revoke(...of) {
      const session = await revokeSession(prisma, ...of);
      onCommitted();
      return session;
    },
    identifySecret: (secret, by) => identifySecret(secret, by, { identify, keys }),
  };
  const close = repeat(
    ANNOUNCE_EVERY_MS,
    (stopping) => announceExpiry(pool, onCommitted, stopping),
    logJobFailure(log, 'announce-expiry'),
  );
  return { sessions, close };
}
