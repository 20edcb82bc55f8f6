import DataLoader from 'dataloader';
import type pg from 'pg';
import type { ApiKey } from '../domain/api-key.ts';
import type { Json } from '../domain/json.ts';
import type { LedgerReader } from '../domain/ledger-reader.ts';
import { NO_USAGE } from '../domain/usage.ts';
import type { Visibility } from '../domain/visibility.ts';
import { findActiveSessions } from './find-active-sessions.ts';
import { findApiKeys, listApiKeys } from './find-api-keys.ts';
import { findApplications, listApplications } from './find-applications.ts';
import { findQuotaUsage } from './find-quota-usage.ts';
import { findSessionUsage } from './find-session-usage.ts';
import { findSessions } from './find-sessions.ts';
import { isTimeZone } from './find-time-zones.ts';
import { findUserByExternalId, findUsers } from './find-users.ts';
import { findAuditEvent, listAuditEvents } from './list-audit-events.ts';
import { countSessions, listSessions } from './list-sessions.ts';
import { countUsers, listUsers } from './list-users.ts';
import { listUsage, sumUsage } from './read-usage.ts';

/** The ledger as one request reads it: nothing but what its viewer may see, and everything by id at most once. */
export function createLedgerReader(pool: pg.Pool, visibility: Visibility): LedgerReader {
  const sessions = loaderOf((ids) => findSessions(pool, visibility, ids));
  const users = loaderOf((ids) => findUsers(pool, visibility, ids));
  const active = loaderOf((ids) => findActiveSessions(pool, visibility, ids));
  const usage = loaderOf((ids) => findSessionUsage(pool, visibility, ids));
  const applications = loaderOf((ids) => findApplications(pool, visibility, ids));
  const apiKeys = loaderOf((ids) => findApiKeys(pool, visibility, ids));
  const apiKeysOf = new DataLoader<string, ApiKey[]>(async (ids) => {
    const keys = await listApiKeys(pool, visibility, ids);
    return ids.map((id) => keys.filter(({ applicationId }) => applicationId === id));
  });
  return {
    session: (id) => sessions.load(id),
    async upstreamConfig(sessionId): Promise<Json> {
      return (await sessions.load(sessionId))?.upstreamConfig ?? null;
    },
    sessions: (...of) => listSessions(pool, visibility, ...of),
    countSessions: (...of) => countSessions(pool, visibility, ...of),
    user: (id) => users.load(id),
    userByExternalId: (externalId) => findUserByExternalId(pool, visibility, externalId),
    users: (...of) => listUsers(pool, visibility, ...of),
    countUsers: (...of) => countUsers(pool, visibility, ...of),
    async activeSessions(userId) {
      return (await active.load(userId)) ?? { count: 0, nextExpiryAt: null };
    },
    application: (id) => applications.load(id),
    applications: () => listApplications(pool, visibility),
    apiKey: (id) => apiKeys.load(id),
    apiKeysOf: (applicationId) => apiKeysOf.load(applicationId),
    quotaUsage: (userId) => findQuotaUsage(pool, userId),
    async sessionUsage(id) {
      return (await usage.load(id))?.totals ?? NO_USAGE;
    },
    usageTotals: (filter) => sumUsage(pool, visibility, filter),
    usageRows: (...of) => listUsage(pool, visibility, ...of),
    isTimeZone: (name) => isTimeZone(pool, name),
    auditEvent: (id) => findAuditEvent(pool, visibility, id),
    auditEvents: (page, of) => listAuditEvents(pool, visibility, page, of),
  };
}

/** Collects the ids of one tick into one statement, and remembers what came for the rest of the request. */
function loaderOf<Row extends { readonly id: string }>(find: (ids: readonly string[]) => Promise<Row[]>) {
  return new DataLoader<string, Row | null>(async (ids) => {
    const found = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}
