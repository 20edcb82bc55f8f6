-- Writes what decide_reservation has decided, in its transaction: sessions of different users, their events, and when
-- each user had its last session, with the application and at all. One statement for all, because starting one takes time.
CREATE OR REPLACE FUNCTION write_reservations(sessions realtime_session[], events audit_event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WITH reserved AS (
    INSERT INTO realtime_session SELECT s.* FROM unnest(sessions) AS s RETURNING application_id, user_id, created_at
  ), seen AS (
    -- Later than any before, because the clock was read under the user's lock.
    UPDATE end_user AS u SET last_session_at = r.created_at FROM reserved AS r WHERE u.id = r.user_id
  ), paired AS (
    INSERT INTO application_user AS pair (application_id, user_id, first_session_at, last_session_at)
    SELECT r.application_id, r.user_id, r.created_at, r.created_at FROM reserved AS r
    ON CONFLICT (application_id, user_id) DO UPDATE SET last_session_at = EXCLUDED.last_session_at
  )
  INSERT INTO audit_event SELECT e.* FROM unnest(events) AS e;
END $$;
