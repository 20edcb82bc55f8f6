-- Revokes a session that is PENDING or ACTIVE; has no effect on one that has ended. While it is pending, settling sees
-- the revocation. Returns no row when there is no such session. Locks the user first, like every other writer.
CREATE OR REPLACE FUNCTION revoke_session(of_session uuid, by jsonb) RETURNS SETOF realtime_session
LANGUAGE plpgsql AS $$
DECLARE
  session realtime_session;
  moment timestamptz;
BEGIN
  SELECT * INTO session FROM realtime_session WHERE id = of_session;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM lock_user(session.user_id, NULL);
  SELECT * INTO session FROM realtime_session WHERE id = of_session FOR NO KEY UPDATE;
  moment := clock_timestamp();
  IF session.revoked_at IS NULL
    AND session_status(session.outcome, session.deadline, session.expires_at, NULL, moment) IN ('PENDING', 'ACTIVE')
  THEN
    UPDATE realtime_session SET revoked_at = moment WHERE id = of_session RETURNING * INTO session;
    -- The reason may name somebody, so it comes in by->'personal' and is stored in audit_identity.
    PERFORM write_event(by, moment, 'session.revoked', 'SUCCEEDED', session.application_id, session.user_id,
      of_session, '{"reason": null}');
  END IF;
  RETURN NEXT session;
END $$;
