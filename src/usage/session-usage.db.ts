import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { read, sqlParameters } from '../platform/database/statement.ts';
import type { UsageTotals } from './usage.ts';
import { recordAmounts, type SumsRow, summed, toTotals } from './usage-sums.db.ts';

/** What each of these sessions used; those of which nothing was reported, or that are not visible, are left out. */
export async function findSessionUsage(
  pool: pg.Pool,
  visibility: Visibility,
  sessionIds: readonly string[],
): Promise<{ id: string; totals: UsageTotals }[]> {
  const given = sqlParameters();
  const sorted = sessionIds.toSorted();
  // The bounds leave out the months that none of them is of.
  const part = `SELECT r.session_id AS id, r.model AS of_model, ${recordAmounts} FROM usage_record AS r
    WHERE r.session_id = ANY(${given.bind(sorted)}::uuid[])
      AND r.session_id BETWEEN ${given.bind(sorted[0])}::uuid AND ${given.bind(sorted.at(-1))}::uuid
      AND r.counted AND ${visible('usage', visibility, given)}`;
  const rows = await read<SumsRow & { id: string }>(pool, summed([part], ['id']), given);
  return rows.map((row) => ({ id: row.id, totals: toTotals(row) }));
}
