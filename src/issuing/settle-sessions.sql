-- Settles several sessions in one transaction, so that they are committed together. Returns what settle_session returns
-- of each, and its place among the settlements.
--   settlements: id, settlement, notAfter and event of each
--
-- A lock that is not released soon ends it, so that the others do not wait: each is then settled by itself.
CREATE OR REPLACE FUNCTION settle_sessions(settlements jsonb)
RETURNS TABLE (place integer, outcome text, settled_at timestamptz, created_at timestamptz, deadline timestamptz,
  expires_at timestamptz, revoked_at timestamptz, connection text, requested_ttl_seconds integer,
  session_limit_seconds integer, max_call_seconds integer, read_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '200ms' AS $$
DECLARE
  item jsonb;
  not_after timestamptz;
  first_not_after timestamptz := 'infinity';
BEGIN
  place := 0;
  FOR item IN SELECT value FROM jsonb_array_elements(settlements) LOOP
    not_after := (item->>'notAfter')::timestamptz;
    first_not_after := least(first_not_after, not_after);
    SELECT s.* INTO outcome, settled_at, created_at, deadline, expires_at, revoked_at, connection, requested_ttl_seconds,
      session_limit_seconds, max_call_seconds
    FROM settle_session((item->>'id')::uuid, item->'settlement', not_after, item->'event') AS s;
    IF FOUND THEN
      read_at := clock_timestamp();
      RETURN NEXT;
    END IF;
    place := place + 1;
  END LOOP;
  -- What waited for the others must not become true after its sender has given up on it.
  IF clock_timestamp() >= first_not_after THEN
    RAISE EXCEPTION 'Settling together took too long';
  END IF;
END $$;
