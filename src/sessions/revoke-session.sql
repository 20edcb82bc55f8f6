-- Revokes a session that is PENDING or ACTIVE, or whose call has not ended, and asks for the end of the call; has no effect
-- on one that has ended. While it is pending, settling sees
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
    AND (session_status(session.outcome, session.deadline, session.expires_at, NULL, moment) IN ('PENDING', 'ACTIVE')
      OR session.redeemed_at IS NOT NULL
        AND EXISTS (SELECT FROM realtime_call WHERE session_id = of_session AND ended_at IS NULL AND must_end_by > moment))
  THEN
    UPDATE realtime_session SET revoked_at = moment WHERE id = of_session RETURNING * INTO session;
    -- The reason may name somebody, so it comes in by->'personal' and is stored in audit_identity.
    PERFORM write_event(by, moment, 'session.revoked', 'SUCCEEDED', session.application_id, session.user_id,
      of_session, '{"reason": null}');
    IF session.redeemed_at IS NOT NULL THEN
      UPDATE realtime_call SET end_requested_at = moment, end_requested_reason = 'REVOKED'
      WHERE session_id = of_session AND ended_at IS NULL AND end_requested_at IS NULL;
    END IF;
  END IF;
  RETURN NEXT session;
END $$;
