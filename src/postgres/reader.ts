import DataLoader from 'dataloader';
import type pg from 'pg';
import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { Json } from '../domain/json.ts';
import type { LedgerReader } from '../domain/ledger-reader.ts';
import type { Session } from '../domain/session.ts';
import { findQuotaUsage } from './find-quota-usage.ts';
import { findSessions } from './find-sessions.ts';
import { listAuditEvents, toAuditEvent } from './list-audit-events.ts';
import { listSessions } from './list-sessions.ts';
import { toApplication, toUser } from './record-rows.ts';
import { orUnavailable } from './unavailable.ts';

/**
 * The ledger as one request reads it. Prisma batches the unique look-ups of one tick by itself; sessions
 * come by our own statement, because their status needs the database's clock.
 */
export function createLedgerReader(pool: pg.Pool, prisma: PrismaClient): LedgerReader {
  const sessionsById = new DataLoader<string, Session | null>(async (ids) => {
    const found = new Map((await findSessions(pool, ids)).map((session) => [session.id, session]));
    return ids.map((id) => found.get(id) ?? null);
  });
  return {
    session: (id) => sessionsById.load(id),
    async upstreamConfig(sessionId): Promise<Json> {
      return (await sessionsById.load(sessionId))?.upstreamConfig ?? null;
    },
    sessions: (page) => listSessions(pool, page),
    async user(id) {
      const row = await orUnavailable(prisma.user.findUnique({ where: { id } }));
      return row === null ? null : toUser(row);
    },
    async userByExternalId(externalId) {
      const row = await orUnavailable(prisma.user.findUnique({ where: { externalId } }));
      return row === null ? null : toUser(row);
    },
    async application(id) {
      const row = await orUnavailable(prisma.application.findUnique({ where: { id } }));
      return row === null ? null : toApplication(row);
    },
    quotaUsage: (userId) => findQuotaUsage(pool, userId),
    async auditEvent(id) {
      const row = await orUnavailable(prisma.auditEvent.findUnique({ where: { id } }));
      return row === null ? null : toAuditEvent(row);
    },
    auditEvents: (page, of) => listAuditEvents(prisma, page, of),
  };
}
