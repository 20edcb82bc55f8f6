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
  settled record;
  events audit_event[] := '{}';
BEGIN
  place := 0;
  FOR item IN SELECT value FROM jsonb_array_elements(settlements) LOOP
    not_after := (item->>'notAfter')::timestamptz;
    first_not_after := least(first_not_after, not_after);
    settled := apply_settlement((item->>'id')::uuid, item->'settlement', not_after, item->'event');
    IF settled.outcome IS NOT NULL THEN
      events := events || settled.event;
      outcome := settled.outcome;
      settled_at := settled.settled_at;
      created_at := settled.created_at;
      deadline := settled.deadline;
      expires_at := settled.expires_at;
      revoked_at := settled.revoked_at;
      connection := settled.connection;
      requested_ttl_seconds := settled.requested_ttl_seconds;
      session_limit_seconds := settled.session_limit_seconds;
      max_call_seconds := settled.max_call_seconds;
      read_at := clock_timestamp();
      RETURN NEXT;
    END IF;
    place := place + 1;
  END LOOP;
  -- Each statement takes time to start, so one writes the events of all.
  INSERT INTO audit_event SELECT e.* FROM unnest(events) AS e;
  -- What waited for the others must not become true after its sender has given up on it.
  IF clock_timestamp() >= first_not_after THEN
    RAISE EXCEPTION 'Settling together took too long';
  END IF;
END $$;
