import type pg from 'pg';
import type { UsageRecordModel } from '../../prisma/generated/models.ts';
import { byColumns } from '../audit/event-columns.db.ts';
import { byColumn } from '../platform/database/columns.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { UsageReportInput, UsageVerdict } from './usage.ts';
import type { ReportUsage } from './usage-ledger.ts';

const REPORT = { name: 'report-usage', text: 'SELECT report_usage($1, $2, $3) AS verdict' };

/** @param onCommitted told when something is in the trail that streams depend on */
export function createReportUsage(pool: pg.Pool, onCommitted: () => void): ReportUsage {
  return async (report, by) => {
    const values = [report.sessionId, recordOf(report), byColumns(by)];
    const { rows } = await mapDatabaseErrors(pool.query<{ verdict: UsageVerdict }>({ ...REPORT, values }));
    const verdict = rows[0]?.verdict;
    if (verdict === undefined) throw new Error('report_usage returned nothing');
    if (verdict === 'reported') onCommitted();
    return verdict;
  };
}

/** The report as report_usage takes it: values by columns of usage_record. Decimals are text: a JSON number is binary. */
function recordOf({ responseId, source, model, at, numbers, usage, paidBy }: UsageReportInput): string {
  return toJsonb(
    byColumn<UsageRecordModel>({
      responseId,
      source,
      model,
      at,
      ...numbers,
      cost: paidBy?.cost ?? null,
      price: paidBy?.price ?? null,
      usage,
    }),
  );
}
