import type pg from 'pg';
import { applicationColumns, toApplication } from '../applications/application-row.db.ts';
import { byColumns } from '../audit/event-columns.db.ts';
import type { Caller } from '../authorization/actor.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { type SessionRow, sessionColumns, toSession } from '../sessions/session-row.db.ts';
import { toUser, userColumns } from '../users/user-row.db.ts';
import type { LimitsLedger } from './limits-ledger.ts';
import type { PolicyChanges } from './policy.ts';

/**
 * Revokes sessions, suspends users and sets policies: each by a database function (the .sql file of its name).
 * @param onCommitted told when something is in the trail that streams depend on
 */
export function createLimitsLedger(pool: pg.Pool, onCommitted: () => void = () => {}): LimitsLedger {
  const call = async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => {
    const { rows } = await mapDatabaseErrors(pool.query<Row>(text, [...values]));
    return rows[0] ?? null;
  };
  const suspend = async (
    suspended: boolean,
    user: { id: string | null; externalId: string | null },
    reason: string | null,
    by: Caller,
  ) => {
    const row = await call<Parameters<typeof toUser>[0]>(
      `SELECT ${userColumns} FROM suspend_user($1, $2, $3, $4) AS u`,
      [user.id, user.externalId, suspended, byColumns(by, reason)],
    );
    onCommitted();
    return row === null ? null : toUser(row);
  };
  return {
    async revokeSession(id, reason, by) {
      const row = await call<SessionRow>(
        `SELECT ${sessionColumns}, s.upstream_config FROM revoke_session($1, $2) AS s`,
        [id, byColumns(by, reason)],
      );
      onCommitted();
      return row === null ? null : toSession(row);
    },
    suspendUser: (user, reason, by) => suspend(true, user, reason, by),
    reinstateUser: (user, by) => suspend(false, user, null, by),
    async setUserPolicy(user, changes, by) {
      const row = await call<Parameters<typeof toUser>[0]>(
        `SELECT ${userColumns} FROM set_user_policy($1, $2, $3, $4) AS u`,
        [user.id, user.externalId, changedColumns(changes), byColumns(by)],
      );
      return row === null ? null : toUser(row);
    },
    async setApplicationPolicy(id, changes, by) {
      const row = await call<Parameters<typeof toApplication>[0]>(
        `SELECT ${applicationColumns} FROM set_application_policy($1, $2, $3)`,
        [id, changedColumns(changes), byColumns(by)],
      );
      return row === null ? null : toApplication(row);
    },
  };
}

/** Absent fields stay absent: what is not named does not change. */
function changedColumns(changes: PolicyChanges): string {
  return toJsonb({
    allowed_models: changes.allowedModels,
    max_ttl_seconds: changes.maxTtlSeconds,
    max_active_sessions: changes.maxActiveSessions,
    max_mints_per_minute: changes.maxMintsPerMinute,
    max_mints_per_day: changes.maxMintsPerDay,
    monthly_budget_usd: changes.monthlyBudgetUsd,
  });
}
