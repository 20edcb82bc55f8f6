-- Records that the provider made a call, and when it is ended at the latest: after the session's longest call, and never
-- later than the provider lets it run. Returns false when the call has ended already. If its end was asked for meanwhile,
-- it is recorded all the same, so that somebody can hang up.
CREATE OR REPLACE FUNCTION record_call_opened(
  of_session uuid, upstream_id text, key_id text, longest_seconds double precision, by jsonb
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  call realtime_call;
  moment timestamptz;
BEGIN
  SELECT * INTO call FROM realtime_call WHERE session_id = of_session FOR NO KEY UPDATE;
  moment := clock_timestamp();
  IF call.session_id IS NULL OR call.ended_at IS NOT NULL OR call.connected_at IS NOT NULL THEN
    RETURN false;
  END IF;
  UPDATE realtime_call SET upstream_call_id = upstream_id, provider_key_id = key_id, connected_at = moment,
    last_activity_at = moment, uncertain_at = NULL,
    deadline_at = moment + make_interval(secs => least(longest_seconds,
      (SELECT max_call_seconds FROM realtime_session AS s WHERE s.id = of_session)))
  WHERE session_id = of_session RETURNING * INTO call;
  PERFORM write_event(by, moment, 'call.opened', 'SUCCEEDED', call.application_id, call.user_id, of_session,
    jsonb_build_object('deadlineAt', call.deadline_at));
  RETURN true;
END $$;
