import type { ApiKey } from './applications/api-key.ts';
import type { Application } from './applications/application.ts';
import type { AuditEvent } from './audit/audit-event.ts';
import type { AuditEventFilter } from './audit/audit-event-filter.ts';
import type { Call, CallFilter } from './calls/call.ts';
import type { BudgetUsage, QuotaUsage } from './limits/policy.ts';
import type { Edge, Page } from './platform/database/page.ts';
import type { TextRow } from './platform/database/text-row.ts';
import type { Json } from './platform/validation/json.ts';
import type { ListedSession, Session, SessionDetail } from './sessions/session.ts';
import type { SessionFilter } from './sessions/session-filter.ts';
import type { SessionOrder } from './sessions/session-order.ts';
import type { SessionText } from './sessions/session-text.ts';
import type {
  SessionCounts,
  StatisticsDimension,
  StatisticsFilter,
  StatisticsPage,
  StatisticsRow,
} from './statistics/statistics-query.ts';
import type { UsageTotals } from './usage/usage.ts';
import type {
  UsageDimension,
  UsageFilter,
  UsageOrder,
  UsagePosition,
  UsageRow,
} from './usage/usage-query.ts';
import type { User } from './users/user.ts';
import type { UserFilter } from './users/user-filter.ts';
import type { UserOrder } from './users/user-order.ts';
import type { UserText } from './users/user-text.ts';

/** A user's sessions that are ACTIVE now. */
export type ActiveSessions = { readonly count: number; readonly nextExpiryAt: Date | null };

/**
 * What one request may ask of the ledger, as its viewer sees it: what is not visible is missing. Look-ups by id
 * are batched and remembered for the request; ids that are unknown, or not visible, give null. Listings return up to
 * `limit + 1` rows in reading order: the extra one says that there is more. Counts are exact, or as far as `upTo`.
 * Everything throws UnavailableError when the ledger is away.
 */
export type Reader = {
  session(id: string): Promise<Session | null>;
  /** The redacted session object as upstream answered it; null when there is none. */
  upstreamConfig(sessionId: string): Promise<Json>;
  sessions(
    filter: SessionFilter,
    order: SessionOrder,
    page: Page,
    extent: SessionDetail,
  ): Promise<Edge<ListedSession>[]>;
  /** The same page as rows of text: the id, and then `columns`. Null when it must be read as above. */
  sessionTexts(
    filter: SessionFilter,
    order: SessionOrder,
    page: Page,
    columns: readonly SessionText[],
  ): Promise<readonly TextRow[] | null>;
  /** @throws CountTooLongError */
  countSessions(filter: SessionFilter, order: SessionOrder, upTo: number | null): Promise<number>;
  user(id: string): Promise<User | null>;
  userByExternalId(externalId: string): Promise<User | null>;
  users(filter: UserFilter, order: UserOrder, page: Page): Promise<Edge<User>[]>;
  /** The same page as rows of text: the id, and then `columns`. Null when it must be read as above. */
  userTexts(
    filter: UserFilter,
    order: UserOrder,
    page: Page,
    columns: readonly UserText[],
  ): Promise<readonly TextRow[] | null>;
  /** @throws CountTooLongError */
  countUsers(filter: UserFilter, order: UserOrder, upTo: number | null): Promise<number>;
  activeSessions(userId: string): Promise<ActiveSessions>;
  application(id: string): Promise<Application | null>;
  /** By name. */
  applications(): Promise<Application[]>;
  apiKey(id: string): Promise<ApiKey | null>;
  /** Oldest first. */
  apiKeysOf(applicationId: string): Promise<ApiKey[]>;
  /** What is used of a user's quotas now, by the database's clock. */
  quotaUsage(userId: string): Promise<QuotaUsage>;
  /** What counts towards a user's budget now, by the database's clock. */
  budgetUsage(userId: string): Promise<BudgetUsage>;
  /** The call of a session; null when it has none. */
  call(sessionId: string): Promise<Call | null>;
  /** Newest first. */
  calls(filter: CallFilter, page: Page): Promise<Edge<Call>[]>;
  /** What was reported of a session. */
  sessionUsage(sessionId: string): Promise<UsageTotals>;
  usageTotals(filter: UsageFilter): Promise<UsageTotals>;
  /** Beyond `after`, sorted by `order` (default START) and then by the dimensions; up to `limit + 1`. */
  usageRows(
    filter: UsageFilter,
    dimensions: readonly UsageDimension[],
    page: { readonly limit: number; readonly after: UsagePosition | null },
    order?: UsageOrder,
  ): Promise<UsageRow[]>;
  /** @param withMintTimes whether the times of mints are read */
  statisticsTotals(filter: StatisticsFilter, withMintTimes: boolean): Promise<SessionCounts>;
  /** Beyond `after`, in the order; up to `limit + 1`. */
  statisticsRows(
    filter: StatisticsFilter,
    dimensions: readonly StatisticsDimension[],
    page: StatisticsPage,
    withMintTimes: boolean,
  ): Promise<StatisticsRow[]>;
  /** The database's name of an IANA time zone that is named by any alias, in any letter case; null: there is none. */
  findTimeZone(name: string): Promise<string | null>;
  auditEvent(id: string): Promise<AuditEvent | null>;
  /** Newest first. */
  auditEvents(page: Page, filter: AuditEventFilter): Promise<Edge<AuditEvent>[]>;
  /** @throws CountTooLongError */
  countAuditEvents(filter: AuditEventFilter, upTo: number | null): Promise<number>;
};
