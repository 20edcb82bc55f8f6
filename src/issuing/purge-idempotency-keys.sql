-- Deletes at most `most` idempotency keys that are older than `older_than` at `moment`, oldest first; returns how many.
CREATE OR REPLACE FUNCTION purge_idempotency_keys(older_than interval, most integer, moment timestamptz) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT user_id, caller, key FROM idempotency_key WHERE created_at < moment - older_than
    ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED
  ), purged AS (
    DELETE FROM idempotency_key AS k USING due
    WHERE k.user_id = due.user_id AND k.caller = due.caller AND k.key = due.key
    RETURNING 1
  )
  SELECT count(*)::integer FROM purged;
END;
