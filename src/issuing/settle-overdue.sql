-- Settles as UNCONFIRMED at most `most` sessions whose deadline has passed at `moment`, oldest first; returns how many.
-- Skips rows that another transaction is settling.
CREATE OR REPLACE FUNCTION settle_overdue(most integer, by jsonb, moment timestamptz) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM realtime_session WHERE outcome IS NULL AND deadline <= moment
    ORDER BY deadline LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ), settled AS (
    UPDATE realtime_session AS s
    SET outcome = 'UNCONFIRMED', settled_at = moment, failure_code = 'not_settled'
    FROM due WHERE s.id = due.id AND s.outcome IS NULL
    RETURNING s.id, s.application_id, s.user_id, s.settled_at
  )
  SELECT count(write_event(by, settled_at, 'session.unconfirmed', 'FAILED', application_id, user_id, id,
    '{"code": "not_settled"}')::text)::integer
  FROM settled;
END;
