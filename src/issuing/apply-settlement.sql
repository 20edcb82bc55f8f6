-- Settles a pending session. Returns what its status and its end depend on; nulls when it is not pending any more, when
-- it is past its deadline or `not_after`, or when it was to be issued although it was revoked or its user suspended.
--   settlement: outcome, and the columns of a secret or of a failure. `config` has the columns in which the session
--     differs from what was reserved.
--   asked: columns of audit_event, with action, outcome and detail
--   event: the row of the audit event, which the caller inserts in the same transaction
CREATE OR REPLACE FUNCTION apply_settlement(of_session uuid, settlement jsonb, not_after timestamptz, asked jsonb,
  OUT outcome text, OUT settled_at timestamptz, OUT created_at timestamptz, OUT deadline timestamptz,
  OUT expires_at timestamptz, OUT revoked_at timestamptz, OUT connection text, OUT requested_ttl_seconds integer,
  OUT session_limit_seconds integer, OUT max_call_seconds integer, OUT event audit_event)
LANGUAGE plpgsql AS $$
DECLARE
  config constant jsonb := coalesce(settlement->'config', '{}');
  of_application uuid;
  of_user uuid;
BEGIN
  -- Both conditions are read by clock_timestamp(): the statement may have waited for a lock, or in the socket of a paused
  -- server, and what its sender has given up on must not become true afterwards.
  UPDATE realtime_session AS s SET
    settled_at = clock_timestamp(),
    outcome = settlement->>'outcome',
    expires_at = (settlement->>'expires_at')::timestamptz,
    secret_fingerprint = settlement->>'secret_fingerprint',
    secret_fingerprint_key_id = settlement->>'secret_fingerprint_key_id',
    secret_prefix = settlement->>'secret_prefix',
    secret_last_four = settlement->>'secret_last_four',
    failure_code = settlement->>'failure_code',
    failure_upstream_status = (settlement->>'failure_upstream_status')::integer,
    failure_upstream_code = settlement->>'failure_upstream_code',
    failure_upstream_param = settlement->>'failure_upstream_param',
    failure_upstream_request_id = settlement->>'failure_upstream_request_id',
    failure_retry_at = (settlement->>'failure_retry_at')::timestamptz,
    upstream_session_id = settlement->>'upstream_session_id',
    upstream_config = nullif(settlement->'upstream_config', 'null')
  WHERE s.id = of_session AND s.outcome IS NULL AND least(s.deadline, not_after) > clock_timestamp()
    AND (settlement->>'outcome' <> 'ISSUED' OR s.revoked_at IS NULL AND NOT EXISTS (
      SELECT FROM end_user AS u WHERE u.id = s.user_id AND u.suspended_at IS NOT NULL
    ))
  RETURNING s.application_id, s.user_id, s.outcome, s.settled_at, s.created_at, s.deadline, s.expires_at, s.revoked_at,
    s.connection, s.requested_ttl_seconds, s.session_limit_seconds, s.max_call_seconds
  INTO of_application, of_user, outcome, settled_at, created_at, deadline, expires_at, revoked_at,
    connection, requested_ttl_seconds, session_limit_seconds, max_call_seconds;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- Few answers differ from what was sent. Each expression costs time in every update, also where it changes nothing.
  IF config <> '{}' THEN
    UPDATE realtime_session AS s SET
      model = CASE WHEN config ? 'model' THEN config->>'model' ELSE s.model END,
      modalities = CASE WHEN config ? 'modalities'
        THEN ARRAY(SELECT jsonb_array_elements_text(config->'modalities')) ELSE s.modalities END,
      instructions = CASE WHEN config ? 'instructions' THEN config->>'instructions' ELSE s.instructions END,
      voice = CASE WHEN config ? 'voice' THEN config->>'voice' ELSE s.voice END,
      input_audio_format = CASE WHEN config ? 'input_audio_format'
        THEN config->>'input_audio_format' ELSE s.input_audio_format END,
      output_audio_format = CASE WHEN config ? 'output_audio_format'
        THEN config->>'output_audio_format' ELSE s.output_audio_format END,
      input_audio_transcription = CASE WHEN config ? 'input_audio_transcription'
        THEN nullif(config->'input_audio_transcription', 'null') ELSE s.input_audio_transcription END,
      turn_detection = CASE WHEN config ? 'turn_detection'
        THEN nullif(config->'turn_detection', 'null') ELSE s.turn_detection END,
      input_audio_noise_reduction = CASE WHEN config ? 'input_audio_noise_reduction'
        THEN nullif(config->'input_audio_noise_reduction', 'null') ELSE s.input_audio_noise_reduction END,
      tools = CASE WHEN config ? 'tools' THEN config->'tools' ELSE s.tools END,
      tool_choice = CASE WHEN config ? 'tool_choice' THEN nullif(config->'tool_choice', 'null') ELSE s.tool_choice END,
      temperature = CASE WHEN config ? 'temperature'
        THEN (config->>'temperature')::double precision ELSE s.temperature END,
      max_response_output_tokens = CASE WHEN config ? 'max_response_output_tokens'
        THEN config->>'max_response_output_tokens' ELSE s.max_response_output_tokens END,
      output_language = CASE WHEN config ? 'output_language' THEN config->>'output_language' ELSE s.output_language END
    WHERE s.id = of_session;
  END IF;
  event := prepare_event(asked, settled_at, asked->>'action', asked->>'outcome', of_application, of_user, of_session,
    asked->'detail');
END $$;
