import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, sqlParameters } from '../platform/database/statement.ts';
import type { UsageTotals } from './usage.ts';
import { recordAmounts, type SumsRow, sumQuery, toTotals } from './usage-sums.db.ts';

/** The usage of each of these sessions. Sessions that are not visible, or of which nothing was reported, are left out. */
export async function findSessionUsage(
  pool: pg.Pool,
  visibility: Visibility,
  sessionIds: readonly string[],
): Promise<{ id: string; totals: UsageTotals }[]> {
  const params = sqlParameters();
  const sorted = sessionIds.toSorted();
  // With the bounds, PostgreSQL reads no partitions of months that none of the sessions is of.
  const part = `SELECT r.session_id AS id, r.model AS of_model, ${recordAmounts()} FROM usage_record AS r
    WHERE r.session_id = ANY(${params.bind(sorted)}::uuid[])
      AND r.session_id BETWEEN ${params.bind(sorted[0])}::uuid AND ${params.bind(sorted.at(-1))}::uuid
      AND r.counted AND ${visible('usage', visibility, params)}`;
  const rows = await read<SumsRow & { id: string }>(pool, sumQuery([part], ['id']), params);
  return rows.map((row) => ({ id: row.id, totals: toTotals(row) }));
}
