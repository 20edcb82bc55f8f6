-- Moves at most `most` rows of usage_part into usage_sum; returns how many. One at a time: while one transaction does
-- it, the others return 0.
CREATE OR REPLACE FUNCTION sum_usage(most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  taken integer;
  taken_back boolean;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('gatehouse.sum_usage')) THEN
    RETURN 0;
  END IF;
  WITH parts AS (
    DELETE FROM usage_part WHERE id IN (SELECT id FROM usage_part ORDER BY id LIMIT most) RETURNING *
  ), counted AS (
    SELECT count(*)::integer AS parts, bool_or(responses < 0 AND label <> '') AS taken_back FROM parts
  ), added AS (
    INSERT INTO usage_sum AS s
    SELECT bucket, application_id, model, provider, sum(responses),
      sum(input_text_tokens), sum(input_audio_tokens), sum(input_image_tokens),
      sum(cached_text_tokens), sum(cached_audio_tokens), sum(cached_image_tokens),
      sum(output_text_tokens), sum(output_audio_tokens), sum(total_tokens),
      sum(transcription_seconds), sum(known_cost), sum(unpriced), sum(estimated_cost), label_key, label
    FROM parts GROUP BY bucket, application_id, model, provider, label_key, label
    ON CONFLICT (bucket, application_id, model, provider, label_key, label) DO UPDATE SET
      responses = s.responses + EXCLUDED.responses,
      input_text_tokens = s.input_text_tokens + EXCLUDED.input_text_tokens,
      input_audio_tokens = s.input_audio_tokens + EXCLUDED.input_audio_tokens,
      input_image_tokens = s.input_image_tokens + EXCLUDED.input_image_tokens,
      cached_text_tokens = s.cached_text_tokens + EXCLUDED.cached_text_tokens,
      cached_audio_tokens = s.cached_audio_tokens + EXCLUDED.cached_audio_tokens,
      cached_image_tokens = s.cached_image_tokens + EXCLUDED.cached_image_tokens,
      output_text_tokens = s.output_text_tokens + EXCLUDED.output_text_tokens,
      output_audio_tokens = s.output_audio_tokens + EXCLUDED.output_audio_tokens,
      total_tokens = s.total_tokens + EXCLUDED.total_tokens,
      transcription_seconds = s.transcription_seconds + EXCLUDED.transcription_seconds,
      known_cost = s.known_cost + EXCLUDED.known_cost,
      unpriced = s.unpriced + EXCLUDED.unpriced,
      estimated_cost = s.estimated_cost + EXCLUDED.estimated_cost
  )
  SELECT counted.parts, counted.taken_back INTO taken, taken_back FROM counted;
  IF taken_back THEN
    -- A label that only an erased user had does not stay behind on an empty sum.
    UPDATE usage_sum SET label_key = '', label = gen_random_uuid()::text
    WHERE responses = 0 AND label_key <> '' AND label <> '';
  END IF;
  RETURN taken;
END $$;
