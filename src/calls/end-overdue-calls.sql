-- Ends as UNKNOWN at most `most` calls that the provider must have ended by `moment`; returns how many. Skips rows that
-- another transaction has locked.
CREATE OR REPLACE FUNCTION end_overdue_calls(most integer, by jsonb, moment timestamptz) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  SELECT count(*) FILTER (WHERE end_call(due.session_id, 'UNKNOWN', by))::integer
  FROM (
    SELECT session_id FROM realtime_call WHERE ended_at IS NULL AND must_end_by <= moment
    ORDER BY must_end_by LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ) AS due;
END;
