-- Reserves several sessions in one transaction, so that they are committed together. Returns what reserve_session returns
-- of each, without a repeated session, and its place among the requests.
--   verdict: also "locked": another transaction has locked the user. Nothing was written of this one.
--
-- Requests say that they do not wait, because all the others would wait with them. A user that is new may be inserted by
-- somebody else at the same time: requests come sorted by their users, so that no two such transactions wait for each other.
CREATE OR REPLACE FUNCTION reserve_sessions(requests jsonb)
RETURNS TABLE (place integer, verdict text, detail jsonb, new_id uuid, of_user uuid, moment timestamptz, read_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '200ms' AS $$
DECLARE
  request jsonb;
  decided record;
  session realtime_session;
  sessions realtime_session[] := '{}';
  events audit_event[] := '{}';
  users text[] := '{}';
BEGIN
  place := 0;
  FOR request IN SELECT value FROM jsonb_array_elements(requests) LOOP
    -- One after the other: what was reserved of the same user has to be written before it is counted.
    IF request->>'externalUserId' = ANY (users) THEN
      PERFORM write_reservations(sessions, events);
      sessions := '{}';
      events := '{}';
      users := '{}';
    END IF;
    decided := decide_reservation(request);
    verdict := decided.verdict;
    detail := decided.detail;
    session := decided.session;
    new_id := session.id;
    of_user := session.user_id;
    moment := session.created_at;
    IF verdict = 'reserved' THEN
      sessions := sessions || session;
      events := events || decided.event;
      users := users || (request->>'externalUserId');
    END IF;
    read_at := clock_timestamp();
    RETURN NEXT;
    place := place + 1;
  END LOOP;
  PERFORM write_reservations(sessions, events);
END $$;
