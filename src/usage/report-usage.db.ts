import type pg from 'pg';
import { byColumns } from '../audit/event-columns.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { UsageReportInput, UsageVerdict } from './usage.ts';
import type { ReportUsage } from './usage-ledger.ts';

const REPORT = { name: 'report-usage', text: 'SELECT report_usage($1, $2, $3) AS verdict' };

/** @param onCommitted told when something is in the trail that streams depend on */
export function createReportUsage(pool: pg.Pool, onCommitted: () => void): ReportUsage {
  return async (report, by) => {
    const values = [report.sessionId, recordColumns(report), byColumns(by)];
    const { rows } = await mapDatabaseErrors(pool.query<{ verdict: UsageVerdict }>({ ...REPORT, values }));
    const verdict = rows[0]?.verdict;
    if (verdict === undefined) throw new Error('report_usage returned nothing');
    if (verdict === 'reported') onCommitted();
    return verdict;
  };
}

/** Columns of usage_record, by name, as jsonb_populate_record takes them. Decimals as text: a JSON number is none. */
function recordColumns({ responseId, source, model, at, numbers, usage, paidBy }: UsageReportInput): string {
  return toJsonb({
    response_id: responseId,
    source,
    model,
    at,
    input_text_tokens: numbers.inputTextTokens,
    input_audio_tokens: numbers.inputAudioTokens,
    input_image_tokens: numbers.inputImageTokens,
    cached_text_tokens: numbers.cachedTextTokens,
    cached_audio_tokens: numbers.cachedAudioTokens,
    cached_image_tokens: numbers.cachedImageTokens,
    output_text_tokens: numbers.outputTextTokens,
    output_audio_tokens: numbers.outputAudioTokens,
    total_tokens: numbers.totalTokens,
    transcription_seconds: numbers.transcriptionSeconds,
    cost: paidBy?.cost ?? null,
    price: paidBy?.price ?? null,
    usage,
  });
}
