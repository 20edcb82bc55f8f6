const NUMBERS = [
  ...['input_text_tokens', 'input_audio_tokens', 'input_image_tokens'],
  ...['cached_text_tokens', 'cached_audio_tokens', 'cached_image_tokens'],
  ...['output_text_tokens', 'output_audio_tokens', 'total_tokens', 'transcription_seconds'],
];
const sums = NUMBERS.map((column) => `sum(${column}) AS ${column}`).join(', ');
const ofRollups = `sum(responses) AS responses, ${sums}, sum(known_cost) AS known_cost,
  sum(unpriced) AS unpriced, sum(estimated_cost) AS estimated_cost`;
const ofRecords = `count(*) AS responses, ${sums}, coalesce(sum(cost), 0) AS known_cost,
  count(*) FILTER (WHERE cost IS NULL) AS unpriced,
  coalesce(sum(cost) FILTER (WHERE estimated), 0) AS estimated_cost`;

/** Responses of sessions reserved from $1 to $2: $3 of each, in the hour after it. One model has no price. */
export const INSERT_RECORDS = `
  INSERT INTO usage_record (session_id, source, response_id, user_id, application_id, model, provider, at, reported_at,
    counted, input_text_tokens, input_audio_tokens, input_image_tokens, cached_text_tokens, cached_audio_tokens,
    cached_image_tokens, output_text_tokens, output_audio_tokens, total_tokens, transcription_seconds, cost, price, usage)
  SELECT id, 'APPLICATION', 'resp_' || md5(id::text || n), user_id, application_id, model, provider, at, at,
    true, text_in, audio_in, 0, text_in / 2, audio_in / 2, 0, text_out, audio_out, text_in + audio_in + text_out + audio_out, 0,
    CASE WHEN priced THEN (text_in * 4 + audio_in * 32 + text_out * 24 + audio_out * 64) * 0.000001 END,
    CASE WHEN priced THEN '{"textInput":"4","audioInput":"32","textOutput":"24","audioOutput":"64"}'::jsonb END,
    jsonb_build_object('total_tokens', text_in + audio_in + text_out + audio_out)
  FROM (
    SELECT s.*, n, s.model <> 'gpt-realtime-mini' AS priced,
      s.settled_at + random() * interval '1 hour' AS at,
      floor(random() * 2000)::bigint AS text_in, floor(random() * 3000)::bigint AS audio_in,
      floor(random() * 400)::bigint AS text_out, floor(random() * 1500)::bigint AS audio_out
    FROM realtime_session AS s, generate_series(1, $3::integer) AS n
    WHERE s.id >= uuidv7_floor($1) AND s.id < uuidv7_floor($2)
  ) AS response ORDER BY at`;

/** Their sums by user, of the responses from $1 to $2; written in the order in which reports would have. */
export const INSERT_ROLLUPS = `
  INSERT INTO usage_rollup
  SELECT user_id, date_bin('15 minutes', at, timestamptz 'epoch') AS bucket, application_id, model, provider, ${ofRecords}
  FROM usage_record WHERE at >= $1 AND at < $2
  GROUP BY user_id, bucket, application_id, model, provider ORDER BY bucket`;

/** And over all users, of the buckets from $1 to $2. */
export const INSERT_SUMS = `
  INSERT INTO usage_sum
  SELECT bucket, application_id, model, provider, ${ofRollups}
  FROM usage_rollup WHERE bucket >= $1 AND bucket < $2
  GROUP BY bucket, application_id, model, provider ORDER BY bucket`;

const MONTH_OF = (at: string) => `date_trunc('month', ${at}, 'UTC') AS month`;

/** Months, applications and models in which the three differ in anything: none. */
export const DIFFERENCES = `
  SELECT month, application_id, model FROM (
    SELECT ${MONTH_OF('at')}, application_id, model, ${ofRecords} FROM usage_record WHERE counted GROUP BY 1, 2, 3
    UNION ALL
    SELECT ${MONTH_OF('bucket')}, application_id, model, ${ofRollups} FROM usage_rollup GROUP BY 1, 2, 3
    UNION ALL
    SELECT ${MONTH_OF('bucket')}, application_id, model, ${ofRollups} FROM usage_sum GROUP BY 1, 2, 3
  ) AS sums
  GROUP BY month, application_id, model
  HAVING count(*) <> 3 OR ${['responses', ...NUMBERS, 'known_cost', 'unpriced', 'estimated_cost'].map((column) => `min(${column}) <> max(${column})`).join(' OR ')}`;
