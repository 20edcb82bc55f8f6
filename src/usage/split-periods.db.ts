import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import type { UsageFilter } from './usage-query.ts';

// The first moment of each day or month. date_trunc gives another one where midnight comes twice. Time zones differ from
// UTC by whole quarters of an hour.
const BEGINNINGS = `
  SELECT min(at) AS at FROM generate_series($2::timestamptz, $3, interval '15 minutes') AS at
  GROUP BY date_trunc($1, at, $4) ORDER BY 1`;

type Period = Pick<UsageFilter, 'from' | 'to' | 'timeZone'>;

/** Splits a period where the days, or months, of its time zone begin. */
export async function findPeriods(pool: pg.Pool, unit: 'day' | 'month', whole: Period): Promise<Period[]> {
  const { from, to, timeZone } = whole;
  const first = new Date(Math.ceil(from / 900_000) * 900_000);
  const values = [unit, first, new Date(to), timeZone];
  const { rows } = await mapDatabaseErrors(() => pool.query<{ at: Date }>(BEGINNINGS, values));
  // The first day or month begins with the whole period, or before it.
  const within = rows.slice(1).map(({ at }) => at.getTime());
  const beginnings = [from, ...within.filter((at) => at > from && at < to)];
  return beginnings.map((at, number) => ({ timeZone, from: at, to: beginnings[number + 1] ?? to }));
}
