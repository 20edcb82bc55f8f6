-- What every row of realtime_session has to keep: a trigger instead of CHECKs. PostgreSQL reads the text of each CHECK
-- anew in each statement, which was a third of the work of a mint; PL/pgSQL compiles an expression once. As with a CHECK,
-- a rule that is null holds.
CREATE OR REPLACE FUNCTION check_session() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  violated text;
BEGIN
  violated := CASE
    WHEN NOT NEW.requested_ttl_seconds BETWEEN 10 AND 7200 THEN 'requested_ttl_seconds'
    -- Listings of what is exposed rely on the maximum (src/sessions/exposed-until.db.ts).
    WHEN NOT NEW.session_limit_seconds BETWEEN 1 AND 7200 THEN 'session_limit_seconds'
    WHEN NOT NEW.secret_fingerprint ~ '^[0-9a-f]{64}$' THEN 'secret_fingerprint'
    WHEN NOT length(NEW.secret_prefix) <= 9 THEN 'secret_prefix'
    WHEN NOT length(NEW.secret_last_four) <= 4 THEN 'secret_last_four'
    WHEN NOT length(NEW.failure_upstream_param) <= 128 THEN 'failure_upstream_param'
    WHEN NOT NEW.type IN ('REALTIME', 'TRANSCRIPTION', 'TRANSLATION') THEN 'type'
    WHEN NOT NEW.modalities <@ ARRAY['TEXT', 'AUDIO'] THEN 'modalities'
    WHEN NOT NEW.input_audio_format IN ('PCM16', 'G711_ULAW', 'G711_ALAW') THEN 'input_audio_format'
    WHEN NOT NEW.output_audio_format IN ('PCM16', 'G711_ULAW', 'G711_ALAW') THEN 'output_audio_format'
    WHEN NOT NEW.input_audio_noise_reduction ->> 'type' IN ('NEAR_FIELD', 'FAR_FIELD')
      THEN 'input_audio_noise_reduction'
    WHEN NOT jsonb_typeof(NEW.tools) = 'array' THEN 'tools'
    WHEN NOT NEW.max_response_output_tokens ~ '^(inf|[1-9][0-9]*)$' THEN 'max_response_output_tokens'
    WHEN NOT jsonb_typeof(NEW.labels) = 'array' THEN 'labels'
    WHEN NOT NEW.connection IN ('DIRECT', 'BROKERED') THEN 'connection'
    WHEN NOT NEW.max_call_seconds BETWEEN 10 AND 3600 THEN 'max_call_seconds'
    WHEN NOT (NEW.idle_seconds = 0 OR NEW.idle_seconds BETWEEN 10 AND 3600) THEN 'idle_seconds'
    WHEN NOT jsonb_typeof(NEW.call_request) = 'object' THEN 'call_request'
    WHEN NOT CASE NEW.connection
      WHEN 'BROKERED' THEN num_nonnulls(NEW.max_call_seconds, NEW.idle_seconds) = 2
      ELSE num_nonnulls(NEW.max_call_seconds, NEW.idle_seconds, NEW.call_request, NEW.redeemed_at) = 0
    END THEN 'connection'
    -- The columns that an outcome needs are set, and no others: only an issued session has a secret's fingerprint.
    WHEN NOT CASE
      WHEN NEW.outcome = 'ISSUED' THEN NEW.settled_at IS NOT NULL AND NEW.expires_at IS NOT NULL
        AND NEW.failure_code IS NULL AND num_nonnulls(NEW.secret_fingerprint, NEW.secret_fingerprint_key_id,
          NEW.secret_prefix, NEW.secret_last_four) = 4
      WHEN NEW.outcome IN ('FAILED', 'UNCONFIRMED') THEN NEW.settled_at IS NOT NULL AND NEW.failure_code IS NOT NULL
        AND num_nonnulls(NEW.expires_at, NEW.secret_fingerprint) = 0
      WHEN NEW.outcome IS NULL
        THEN num_nonnulls(NEW.settled_at, NEW.expires_at, NEW.secret_fingerprint, NEW.failure_code) = 0
      ELSE false
    END THEN 'outcome'
    WHEN NOT (NEW.failure_code IS NOT NULL OR num_nonnulls(NEW.failure_upstream_param, NEW.failure_retry_at) = 0)
      THEN 'failure_code'
  END;
  IF violated IS NOT NULL THEN
    RAISE 'A row of % breaks the rule of %', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = violated;
  END IF;
  RETURN NULL;
END $$;
