-- The numbers of a usage record as an audit event has them. Decimals are text, as in all events.
CREATE OR REPLACE FUNCTION usage_numbers(entry usage_record) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'source', entry.source,
  'model', entry.model,
  'at', entry.at,
  'inputTextTokens', entry.input_text_tokens,
  'inputAudioTokens', entry.input_audio_tokens,
  'inputImageTokens', entry.input_image_tokens,
  'cachedTextTokens', entry.cached_text_tokens,
  'cachedAudioTokens', entry.cached_audio_tokens,
  'cachedImageTokens', entry.cached_image_tokens,
  'outputTextTokens', entry.output_text_tokens,
  'outputAudioTokens', entry.output_audio_tokens,
  'totalTokens', entry.total_tokens,
  'transcriptionSeconds', trim_scale(entry.transcription_seconds)::text,
  'costUsd', trim_scale(entry.cost)::text,
  'estimated', entry.estimated
);
