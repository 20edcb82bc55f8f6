-- Records that a call is over, and why; returns whether it did: only the first of all attempts does. If somebody asked for
-- the end of a call that could be hung up, that is the reason, and the event is theirs.
CREATE OR REPLACE FUNCTION end_call(of_session uuid, reason text, by jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  call realtime_call;
  moment timestamptz;
  asked boolean;
BEGIN
  SELECT * INTO call FROM realtime_call WHERE session_id = of_session AND ended_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  moment := clock_timestamp();
  asked := call.end_requested_at IS NOT NULL AND call.upstream_call_id IS NOT NULL;
  UPDATE realtime_call SET ended_at = moment, end_requested_by = NULL, owner_instance = NULL, lease_until = NULL,
    end_reason = CASE WHEN asked THEN call.end_requested_reason ELSE reason END
  WHERE session_id = of_session;
  PERFORM write_event(CASE WHEN asked THEN coalesce(call.end_requested_by, by) ELSE by END, moment, 'call.ended', 'SUCCEEDED',
    call.application_id, call.user_id, of_session, jsonb_build_object(
      -- Why somebody asked for it comes in end_requested_by->'personal', and is stored in audit_identity.
      'reason', NULL, 'endReason', CASE WHEN asked THEN call.end_requested_reason ELSE reason END,
      'connectedAt', call.connected_at));
  RETURN true;
END $$;
