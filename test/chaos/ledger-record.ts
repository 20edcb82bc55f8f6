import type { FaultyDatabase } from './faulty-database.ts';

/** A session as the ledger holds it in the end. */
export type SessionRecord = {
  readonly id: string;
  readonly user: string;
  readonly marker: string;
  readonly outcome: string | null;
  readonly failureCode: string | null;
  readonly fingerprint: string | null;
  /** Milliseconds, with the microseconds behind the point. */
  readonly createdAt: number;
  readonly deadline: number;
  readonly requestedTtlSeconds: number;
  readonly settledAt: number | null;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly expiryAnnouncedAt: number | null;
};

export type EventRecord = { readonly action: string; readonly sessionId: string; readonly at: number };

export type LedgerRecord = {
  readonly sessions: readonly SessionRecord[];
  readonly events: readonly EventRecord[];
  /** Rows, of any table, that have something like a client secret in them. */
  readonly leaks: readonly string[];
};

/** All that the ledger knows, read past the gateways. */
export async function readLedger({ query }: FaultyDatabase): Promise<LedgerRecord> {
  const milliseconds = (column: string) => `(extract(epoch FROM ${column}) * 1000)::double precision`;
  const sessions = await query<SessionRecord>(`
    SELECT s.id, u.external_id AS "user", s.instructions AS marker, s.outcome, s.failure_code AS "failureCode",
      s.secret_fingerprint AS fingerprint, ${milliseconds('s.created_at')} AS "createdAt",
      ${milliseconds('s.deadline')} AS deadline,
      s.requested_ttl_seconds AS "requestedTtlSeconds", ${milliseconds('s.settled_at')} AS "settledAt",
      ${milliseconds('s.expires_at')} AS "expiresAt", ${milliseconds('s.revoked_at')} AS "revokedAt",
      ${milliseconds('s.expiry_announced_at')} AS "expiryAnnouncedAt"
    FROM realtime_session AS s JOIN end_user AS u ON u.id = s.user_id ORDER BY s.id`);
  const events = await query<EventRecord>(`
    SELECT action, session_id AS "sessionId", ${milliseconds('at')} AS at
    FROM audit_event WHERE session_id IS NOT NULL ORDER BY id`);
  const leaks = await Promise.all(
    ['realtime_session', 'audit_event', 'end_user', 'idempotency_key'].map(async (table) => {
      const rows = await query<{ n: number }>(
        `SELECT count(*)::integer AS n FROM ${table} AS t WHERE t::text ~ 'ek_[0-9a-f]{32}'`,
      );
      return rows[0]?.n === 0 ? [] : [`${table}: ${rows[0]?.n} rows with a client secret`];
    }),
  );
  return { sessions, events, leaks: leaks.flat() };
}

/** How many sessions have no outcome yet that should (a clock that was ahead gave some a later deadline), or have expired without anybody saying so. */
export async function unsettled({ query }: FaultyDatabase): Promise<number> {
  const rows = await query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM realtime_session WHERE outcome IS NULL AND deadline < now() + interval '1 minute'
       OR outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL AND expires_at <= now()`,
  );
  return rows[0]?.n ?? 0;
}
