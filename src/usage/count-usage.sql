-- Adds a usage record to the sums, or with `sign` -1 subtracts it. Only a transaction that has locked the record's user
-- may call it, so each row of usage_rollup has one writer at a time.
CREATE OR REPLACE FUNCTION count_usage(entry usage_record, sign integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  part usage_part;
BEGIN
  INSERT INTO usage_part (bucket, application_id, model, provider, responses,
    input_text_tokens, input_audio_tokens, input_image_tokens,
    cached_text_tokens, cached_audio_tokens, cached_image_tokens,
    output_text_tokens, output_audio_tokens, total_tokens, transcription_seconds, known_cost, unpriced, estimated_cost,
    label_key, label)
  VALUES (date_bin('15 minutes', entry.at, timestamptz 'epoch'), entry.application_id, entry.model, entry.provider, sign,
    sign * entry.input_text_tokens, sign * entry.input_audio_tokens, sign * entry.input_image_tokens,
    sign * entry.cached_text_tokens, sign * entry.cached_audio_tokens, sign * entry.cached_image_tokens,
    sign * entry.output_text_tokens, sign * entry.output_audio_tokens, sign * entry.total_tokens,
    sign * entry.transcription_seconds, sign * coalesce(entry.cost, 0),
    CASE WHEN entry.cost IS NULL THEN sign ELSE 0 END,
    CASE WHEN entry.estimated THEN sign * entry.cost ELSE 0 END, entry.label_key, entry.label)
  RETURNING * INTO part;

  INSERT INTO usage_rollup AS r VALUES (entry.user_id, part.bucket, part.application_id, part.model, part.provider,
    part.responses, part.input_text_tokens, part.input_audio_tokens, part.input_image_tokens,
    part.cached_text_tokens, part.cached_audio_tokens, part.cached_image_tokens,
    part.output_text_tokens, part.output_audio_tokens, part.total_tokens,
    part.transcription_seconds, part.known_cost, part.unpriced, part.estimated_cost, part.label_key, part.label)
  ON CONFLICT (user_id, bucket, application_id, model, provider, label_key, label) DO UPDATE SET
    responses = r.responses + EXCLUDED.responses,
    input_text_tokens = r.input_text_tokens + EXCLUDED.input_text_tokens,
    input_audio_tokens = r.input_audio_tokens + EXCLUDED.input_audio_tokens,
    input_image_tokens = r.input_image_tokens + EXCLUDED.input_image_tokens,
    cached_text_tokens = r.cached_text_tokens + EXCLUDED.cached_text_tokens,
    cached_audio_tokens = r.cached_audio_tokens + EXCLUDED.cached_audio_tokens,
    cached_image_tokens = r.cached_image_tokens + EXCLUDED.cached_image_tokens,
    output_text_tokens = r.output_text_tokens + EXCLUDED.output_text_tokens,
    output_audio_tokens = r.output_audio_tokens + EXCLUDED.output_audio_tokens,
    total_tokens = r.total_tokens + EXCLUDED.total_tokens,
    transcription_seconds = r.transcription_seconds + EXCLUDED.transcription_seconds,
    known_cost = r.known_cost + EXCLUDED.known_cost,
    unpriced = r.unpriced + EXCLUDED.unpriced,
    estimated_cost = r.estimated_cost + EXCLUDED.estimated_cost;
END $$;
