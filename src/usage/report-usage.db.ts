import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { UsageRecordModel } from '../../prisma/generated/models.ts';
import { byColumns } from '../audit/event-columns.db.ts';
import { byColumn } from '../platform/database/columns.ts';
import { queryThroughPrisma, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { UsageReportInput, UsageVerdict } from './usage.ts';
import type { ReportUsage } from './usage-ledger.ts';

const REPORT = statement<{ verdict: UsageVerdict }>()({
  name: 'report-usage',
  text: 'SELECT report_usage($1::uuid, $2::jsonb, $3::jsonb) AS verdict',
  columns: ['verdict'],
});

/** @param onCommitted told when something is in the trail that streams depend on */
export function createReportUsage(prisma: PrismaClient, onCommitted: () => void): ReportUsage {
  return async (report, by) => {
    const values = [report.sessionId, recordOf(report), byColumns(by)];
    const [row] = await queryThroughPrisma(prisma, REPORT, values);
    const verdict = row?.verdict;
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
