import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { statement } from '../platform/database/statement.ts';
import type { QuotaUsage } from './policy.ts';

const USAGE = statement<{ active: number; last_minute: number; last_day: number }>()({
  name: 'quota-usage',
  text: 'SELECT active, last_minute, last_day FROM quota_usage($1, now())',
  columns: ['active', 'last_minute', 'last_day'],
});

/** What is used of a user's quotas now: the numbers that reserving compares, from the same function. */
export async function findQuotaUsage(pool: pg.Pool, userId: string): Promise<QuotaUsage> {
  const { rows } = await mapDatabaseErrors(() =>
    pool.query<{ active: number; last_minute: number; last_day: number }>({ ...USAGE, values: [userId] }),
  );
  const [row] = rows;
  return {
    ACTIVE_SESSIONS: row?.active ?? 0,
    MINTS_PER_MINUTE: row?.last_minute ?? 0,
    MINTS_PER_DAY: row?.last_day ?? 0,
  };
}
