-- Records which fields of its config the browser has changed during a call; returns whether some of them are new.
CREATE OR REPLACE FUNCTION record_call_drift(of_session uuid, fields text[], by jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  call realtime_call;
BEGIN
  UPDATE realtime_call SET drifted_fields = ARRAY(SELECT DISTINCT unnest(drifted_fields || fields) ORDER BY 1)
  WHERE session_id = of_session AND ended_at IS NULL AND NOT fields <@ drifted_fields
  RETURNING * INTO call;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM write_event(by, clock_timestamp(), 'call.drifted', 'SUCCEEDED', call.application_id, call.user_id, of_session,
    jsonb_build_object('fields', fields));
  RETURN true;
END $$;
