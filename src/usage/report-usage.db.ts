import type { PrismaClient } from '../../prisma/generated/client.ts';
import type { UsageRecordModel } from '../../prisma/generated/models.ts';
import { callerJson } from '../audit/event-columns.db.ts';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { byColumn } from '../platform/database/columns.ts';
import { queryThroughPrisma, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { RecordAnswer, RecordUsage } from './report-usage.ts';
import { MAX_REPORTS, type UsageRecord } from './usage.ts';

const REPORT = statement<{ answer: RecordAnswer }>()({
  name: 'report-usage',
  text: 'SELECT report_usage($1::uuid, $2::jsonb, $3::jsonb, $4::integer, $5::boolean) AS answer',
  columns: ['answer'],
});

/**
 * @param onCommitted called after the commit of a new report, which subscribers wait for
 * @param labelKey the key of the label that usage is summed by
 */
export function createRecordUsage(
  prisma: PrismaClient,
  onCommitted: () => void,
  labelKey?: string,
): RecordUsage {
  return async (report, by) => {
    const values = [
      report.sessionId,
      recordOf(report, labelKey),
      by === null ? SYSTEM_ACTOR : callerJson(by),
      MAX_REPORTS[report.source],
      report.replaces,
    ];
    const [row] = await queryThroughPrisma(prisma, REPORT, values);
    const answer = row?.answer;
    if (answer === undefined) throw new Error('report_usage returned nothing');
    if (answer === 'reported') onCommitted();
    return answer;
  };
}

/** The report as report_usage takes it: values by columns of usage_record. Decimals are text: a JSON number is binary. */
function recordOf(
  { responseId, source, model, at, numbers, usage, paidBy }: UsageRecord,
  labelKey = '',
): string {
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
      estimated: paidBy?.estimated ?? false,
      labelKey,
    }),
  );
}
