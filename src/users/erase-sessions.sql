-- Erases the personal columns of at most `most` sessions of a person, those after the id `after`, and the raw usage and
-- the label of at most `most_reports` of their usage records; numbers stay. Returns the id to continue after, or null when all is
-- done. Locks the user first, like every other writer: several gateways may erase the same person.
CREATE OR REPLACE FUNCTION erase_sessions(of_user uuid, after uuid, most integer, most_reports integer) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  sessions uuid[];
  erased integer;
BEGIN
  PERFORM lock_user(of_user, NULL);
  SELECT array_agg(id ORDER BY id) INTO sessions FROM (
    SELECT id FROM realtime_session WHERE user_id = of_user AND id > after ORDER BY id LIMIT most
  ) AS next;
  UPDATE realtime_session SET labels = '[]', instructions = NULL, voice = NULL, input_audio_transcription = NULL,
    turn_detection = NULL, tools = '[]', tool_choice = NULL, upstream_config = NULL,
    output_language = NULL, call_request = NULL
  WHERE id = ANY (sessions) AND (labels <> '[]' OR tools <> '[]' OR num_nonnulls(instructions, voice,
    input_audio_transcription, turn_detection, tool_choice, upstream_config, output_language, call_request) > 0);
  UPDATE usage_record SET usage = '{}', label_key = '', label = '' WHERE (session_id, source, response_id, revision) IN (
    SELECT session_id, source, response_id, revision FROM usage_record
    WHERE session_id = ANY (sessions) AND (usage <> '{}' OR label <> '') LIMIT most_reports
  );
  GET DIAGNOSTICS erased = ROW_COUNT;
  -- A session can have any number of usage records: repeat the same sessions while there may be more.
  IF erased = most_reports THEN
    RETURN after;
  END IF;
  RETURN CASE WHEN cardinality(sessions) = most THEN sessions[most] END;
END $$;
