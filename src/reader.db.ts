import DataLoader from 'dataloader';
import type { ApiKey } from './applications/api-key.ts';
import { findApiKeys, listApiKeys } from './applications/find-api-keys.db.ts';
import { findApplications, listApplications } from './applications/find-applications.db.ts';
import { countAuditEvents, findAuditEvent, listAuditEvents } from './audit/list-audit-events.db.ts';
import type { Visibility } from './authorization/visibility.ts';
import { findCalls } from './calls/find-calls.db.ts';
import { listCalls } from './calls/list-calls.db.ts';
import { findBudgetUsage } from './limits/budget-usage.db.ts';
import { findQuotaUsage } from './limits/quota-usage.db.ts';
import type { Database } from './platform/database/database.ts';
import { type Shares, unbounded } from './platform/database/database-shares.ts';
import type { Json } from './platform/validation/json.ts';
import type { Reader } from './reader.ts';
import { findActiveSessions } from './sessions/find-active-sessions.db.ts';
import { findSessions } from './sessions/find-sessions.db.ts';
import { countSessions, listSessions, listSessionTexts } from './sessions/list-sessions.db.ts';
import { countStatistics, listStatistics } from './statistics/list-statistics.db.ts';
import { listUsage, sumUsage } from './usage/list-usage.db.ts';
import { findSessionUsage } from './usage/session-usage.db.ts';
import { findTimeZone } from './usage/time-zones.db.ts';
import { NO_USAGE } from './usage/usage.ts';
import { findUserByExternalId, findUsers } from './users/find-users.db.ts';
import { countUsers, listUsers, listUserTexts } from './users/list-users.db.ts';

/**
 * The ledger as one request reads it: nothing but what its viewer may see, and everything by id at most once.
 * @param shares of whoever asks
 */
export function createReader(
  { pool, prisma }: Database,
  visibility: Visibility,
  { listings, readTexts, lookUps }: Pick<Shares, 'listings' | 'readTexts' | 'lookUps'> = unbounded(pool),
): Reader {
  const sessions = loaderOf((ids) => lookUps(() => findSessions(prisma, visibility, ids)));
  const calls = loaderOf((ids) => lookUps(() => findCalls(prisma, visibility, ids)));
  const users = loaderOf((ids) => lookUps(() => findUsers(pool, visibility, ids)));
  const active = loaderOf((ids) => lookUps(() => findActiveSessions(pool, visibility, ids)));
  const budgets = loaderOf((ids) => lookUps(() => findBudgetUsage(pool, ids)));
  const usage = loaderOf((ids) => lookUps(() => findSessionUsage(pool, visibility, ids)));
  const applications = loaderOf((ids) => lookUps(() => findApplications(prisma, visibility, ids)));
  const apiKeys = loaderOf((ids) => lookUps(() => findApiKeys(prisma, visibility, ids)));
  const apiKeysOf = lazyLoader<ApiKey[]>(async (ids) => {
    const keys = await lookUps(() => listApiKeys(prisma, visibility, ids));
    return ids.map((id) => keys.filter(({ applicationId }) => applicationId === id));
  });
  return {
    session: (id) => sessions.load(id),
    async upstreamConfig(sessionId): Promise<Json> {
      return (await sessions.load(sessionId))?.upstreamConfig ?? null;
    },
    sessions: (...of) => listings(() => listSessions(pool, visibility, ...of)),
    sessionTexts: (...of) => listSessionTexts(readTexts, visibility, ...of),
    countSessions: (...of) => listings(() => countSessions(pool, visibility, ...of)),
    user: (id) => users.load(id),
    userByExternalId: (externalId) => lookUps(() => findUserByExternalId(pool, visibility, externalId)),
    users: (...of) => listings(() => listUsers(pool, visibility, ...of)),
    userTexts: (...of) => listUserTexts(readTexts, visibility, ...of),
    countUsers: (...of) => listings(() => countUsers(pool, visibility, ...of)),
    async activeSessions(userId) {
      return (await active.load(userId)) ?? { count: 0, nextExpiryAt: null };
    },
    application: (id) => applications.load(id),
    applications: () => lookUps(() => listApplications(prisma, visibility)),
    apiKey: (id) => apiKeys.load(id),
    apiKeysOf: (applicationId) => apiKeysOf.load(applicationId),
    quotaUsage: (userId) => lookUps(() => findQuotaUsage(pool, userId)),
    async budgetUsage(userId) {
      const found = await budgets.load(userId);
      if (found === null) throw new Error('budget_usage left out a user');
      return found;
    },
    call: (sessionId) => calls.load(sessionId),
    calls: (...of) => listings(() => listCalls(pool, visibility, ...of)),
    async sessionUsage(id) {
      return (await usage.load(id))?.totals ?? NO_USAGE;
    },
    usageTotals: (filter) => listings(() => sumUsage(pool, visibility, filter)),
    usageRows: (...of) => listings(() => listUsage(pool, visibility, ...of)),
    statisticsTotals: (...of) => listings(() => countStatistics(pool, visibility, ...of)),
    statisticsRows: (...of) => listings(() => listStatistics(pool, visibility, ...of)),
    findTimeZone: (name) => lookUps(() => findTimeZone(pool, name)),
    auditEvent: (id) => lookUps(() => findAuditEvent(pool, visibility, id)),
    auditEvents: (page, of) => listings(() => listAuditEvents(pool, visibility, page, of)),
    countAuditEvents: (...of) => listings(() => countAuditEvents(pool, visibility, ...of)),
  };
}

/** Collects the ids of one tick into one statement, and remembers what came for the rest of the request. */
function loaderOf<Row extends { readonly id: string }>(find: (ids: readonly string[]) => Promise<Row[]>) {
  return lazyLoader<Row | null>(async (ids) => {
    const found = new Map((await find(ids)).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

/** A DataLoader by id that is made when it is first asked: of nine, most requests ask one, and a mint none. */
function lazyLoader<Value>(find: (ids: readonly string[]) => Promise<Value[]>) {
  let loader: DataLoader<string, Value> | undefined;
  return {
    load: (id: string): Promise<Value> => {
      loader ??= new DataLoader(find);
      return loader.load(id);
    },
  };
}
