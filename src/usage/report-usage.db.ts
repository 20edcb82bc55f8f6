import type pg from 'pg';
import { byColumns } from '../audit/event-columns.db.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { RecordAnswer, RecordUsage } from './report-usage.ts';
import type { UsageRecord } from './usage.ts';

const REPORT = { name: 'report-usage', text: 'SELECT report_usage($1, $2, $3) AS answer' };

/** @param onCommitted called after the commit of a new report, which subscribers wait for */
export function createRecordUsage(pool: pg.Pool, onCommitted: () => void): RecordUsage {
  return async (report, by) => {
    const values = [report.sessionId, recordColumns(report), byColumns(by)];
    const { rows } = await mapDatabaseErrors(pool.query<{ answer: RecordAnswer }>({ ...REPORT, values }));
    const answer = rows[0]?.answer;
    if (answer === undefined) throw new Error('report_usage returned nothing');
    if (answer === 'reported') onCommitted();
    return answer;
  };
}

/** Columns of usage_record, by name, as jsonb_populate_record takes them. Decimals as text: a JSON number is none. */
function recordColumns({ responseId, source, model, at, numbers, usage, paidBy }: UsageRecord): string {
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
