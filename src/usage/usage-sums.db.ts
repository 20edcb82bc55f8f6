import { MAX_UNPRICED_MODELS, type UsageTotals } from './usage.ts';

const TOKENS = [
  'input_text_tokens',
  'input_audio_tokens',
  'input_image_tokens',
  'cached_text_tokens',
  'cached_audio_tokens',
  'cached_image_tokens',
  'output_text_tokens',
  'output_audio_tokens',
  'total_tokens',
] as const;
const AMOUNTS = [
  'responses',
  ...TOKENS,
  'transcription_seconds',
  'known_cost',
  'unpriced',
  'estimated_cost',
  'sessions',
] as const;

/** A row of `sumQuery`. Numbers that may exceed 32 bits come as text. */
export type SumsRow = { readonly [K in (typeof AMOUNTS)[number]]: string } & {
  readonly unpriced_models: string[] | null;
  readonly unpriced_model_count: string;
};

const tokens = (sign: Sign) => TOKENS.map((column) => `${sign}r.${column}`).join(', ');

/** Whether amounts are added or taken back. */
export type Sign = '' | '-';

/** The amounts of a row `r` of a rollup table. */
export const rollupAmounts = `r.responses, ${tokens('')}, r.transcription_seconds, r.known_cost, r.unpriced,
  r.estimated_cost, 0 AS sessions`;
/** The amounts of a counted record `r`. */
export const recordAmounts = (sign: Sign = '') => `${sign}1 AS responses, ${tokens(sign)},
  ${sign}r.transcription_seconds, ${sign}coalesce(r.cost, 0) AS known_cost,
  CASE WHEN r.cost IS NULL THEN ${sign}1 ELSE 0 END AS unpriced,
  CASE WHEN r.estimated THEN ${sign}r.cost ELSE 0 END AS estimated_cost, 0 AS sessions`;
const nothingUsed = AMOUNTS.slice(0, -1)
  .map((column) => `0 AS ${column}`)
  .join(', ');
/** The amounts of a group of issued sessions. */
export const sessionAmounts = `${nothingUsed}, count(*) AS sessions`;
/** The amounts of a row that holds a count of issued sessions, of no model. */
export const countedSessions = `NULL::text AS of_model, ${nothingUsed}, sessions`;

/**
 * A statement that sums `parts` by the columns `by`, of which there may be none. Each part is a SELECT of those columns, of
 * `of_model`, and of one of the amounts above. The sums are made by model first, so that a model is not named as unpriced
 * when its unpriced records were replaced.
 */
export function sumQuery(parts: readonly string[], by: readonly string[]): string {
  const list = (columns: readonly string[]) => columns.map((column) => `${column}, `).join('');
  const sums = (digits: string) => AMOUNTS.map((column) => `sum(${column})${digits} AS ${column}`).join(', ');
  return `SELECT ${list(by)}${sums('')},
      (array_agg(of_model ORDER BY of_model) FILTER (WHERE unpriced > 0))[1:${MAX_UNPRICED_MODELS}] AS unpriced_models,
      count(*) FILTER (WHERE unpriced > 0) AS unpriced_model_count
    FROM (
      SELECT ${list(by)}of_model, ${sums('')}
      FROM (${parts.join(' UNION ALL ')}) AS parts GROUP BY ${list(by)}of_model
    ) AS by_model
    GROUP BY ${by.length === 0 ? '()' : by.join(', ')}
    HAVING sum(responses) > 0 OR sum(sessions) > 0`;
}

export function toTotals(row: SumsRow): UsageTotals {
  const known = trimmed(row.known_cost);
  const unknownFor = row.unpriced_models ?? [];
  return {
    reported: Number(row.responses) > 0,
    responses: Number(row.responses),
    inputTextTokens: Number(row.input_text_tokens),
    inputAudioTokens: Number(row.input_audio_tokens),
    inputImageTokens: Number(row.input_image_tokens),
    cachedTextTokens: Number(row.cached_text_tokens),
    cachedAudioTokens: Number(row.cached_audio_tokens),
    cachedImageTokens: Number(row.cached_image_tokens),
    outputTextTokens: Number(row.output_text_tokens),
    outputAudioTokens: Number(row.output_audio_tokens),
    totalTokens: Number(row.total_tokens),
    transcriptionSeconds: trimmed(row.transcription_seconds),
    costUsd: unknownFor.length === 0 ? known : null,
    costKnownUsd: known,
    costUnknownFor: unknownFor,
    costUnknownForMore: Number(row.unpriced_model_count) - unknownFor.length,
    unpriced: Number(row.unpriced),
    costEstimatedUsd: trimmed(row.estimated_cost),
  };
}

/** Without zeros at the end, which PostgreSQL keeps. */
function trimmed(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
