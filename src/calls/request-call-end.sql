-- Asks for the end of a call, for the gateway that owns it to hang up. Only the first request counts. Returns no row when
-- there is no such call.
CREATE OR REPLACE FUNCTION request_call_end(of_session uuid, reason text, by jsonb) RETURNS SETOF realtime_call
LANGUAGE plpgsql AS $$
BEGIN
  -- The user first, like every other writer.
  PERFORM lock_user(c.user_id, NULL) FROM realtime_call AS c WHERE c.session_id = of_session;
  UPDATE realtime_call SET end_requested_at = clock_timestamp(), end_requested_reason = reason, end_requested_by = by
  WHERE session_id = of_session AND ended_at IS NULL AND end_requested_at IS NULL;
  RETURN QUERY SELECT * FROM realtime_call WHERE session_id = of_session;
END $$;
