-- Takes the labels off the sums of a user, because a label can name a person. Only the erasing of that user calls it, which
-- holds its lock; the records lose theirs in erase_sessions.
CREATE OR REPLACE FUNCTION unlabel_usage(of_user uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  -- The sums over all users: taken back under the label, and added without it.
  INSERT INTO usage_part (bucket, application_id, model, provider, label_key, label,
    responses, input_text_tokens, input_audio_tokens, input_image_tokens, cached_text_tokens,
    cached_audio_tokens, cached_image_tokens, output_text_tokens, output_audio_tokens, total_tokens,
    transcription_seconds, known_cost, unpriced, estimated_cost)
  SELECT bucket, application_id, model, provider, CASE sign WHEN -1 THEN label_key ELSE '' END,
    CASE sign WHEN -1 THEN label ELSE '' END,
    sign * responses, sign * input_text_tokens, sign * input_audio_tokens, sign * input_image_tokens,
    sign * cached_text_tokens, sign * cached_audio_tokens, sign * cached_image_tokens,
    sign * output_text_tokens, sign * output_audio_tokens, sign * total_tokens,
    sign * transcription_seconds, sign * known_cost, sign * unpriced, sign * estimated_cost
  FROM usage_rollup, unnest(ARRAY[-1, 1]) AS sign
  WHERE user_id = of_user AND label_key <> '' AND label <> '';
  -- A random label keeps rows apart that had different ones. Without a key nobody reads it.
  UPDATE usage_rollup SET label_key = '', label = gen_random_uuid()::text
  WHERE user_id = of_user AND label_key <> '' AND label <> '';
END $$;
