-- Records that keys were used now, to the minute. Skips a key whose minute is recorded already or whose row another
-- gateway is writing: however many gateways there are, a key costs one write a minute.
CREATE OR REPLACE FUNCTION note_api_keys_used(used uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM api_key
    WHERE id = ANY (used) AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', now()))
    FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE api_key AS k SET last_used_at = date_trunc('minute', now()) FROM due WHERE k.id = due.id;
END;
