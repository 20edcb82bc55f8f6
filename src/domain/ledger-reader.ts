import type { ApiKey } from './api-key.ts';
import type { Json } from './json.ts';
import type { QuotaUsage } from './policy.ts';
import type { Application, AuditEvent, User } from './records.ts';
import type { Session } from './session.ts';

/** A slice of a listing: how many, from which id on (exclusive), in which direction of reading. */
export type Page = {
  readonly limit: number;
  readonly boundary: string | null;
  readonly direction: 'forward' | 'backward';
};

/**
 * What one request may ask of the ledger, as its viewer sees it: what is not visible is missing. Look-ups by id
 * are batched and remembered for the request; ids that are unknown, or not visible, give null. Listings return up to `limit + 1` rows in reading order: the extra one says
 * that there is more. Everything throws LedgerUnavailableError when the ledger is away.
 */
export type LedgerReader = {
  session(id: string): Promise<Session | null>;
  /** The redacted session object as upstream answered it; null when there is none. */
  upstreamConfig(sessionId: string): Promise<Json>;
  /** Newest first. */
  sessions(page: Page): Promise<Session[]>;
  user(id: string): Promise<User | null>;
  userByExternalId(externalId: string): Promise<User | null>;
  application(id: string): Promise<Application | null>;
  /** By name. */
  applications(): Promise<Application[]>;
  apiKey(id: string): Promise<ApiKey | null>;
  /** Oldest first. */
  apiKeysOf(applicationId: string): Promise<ApiKey[]>;
  /** What is used of a user's quotas now, by the database's clock. */
  quotaUsage(userId: string): Promise<QuotaUsage>;
  auditEvent(id: string): Promise<AuditEvent | null>;
  /** Newest first. */
  auditEvents(page: Page, of: { sessionId: string }): Promise<AuditEvent[]>;
};
