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
BEGIN
  place := 0;
  FOR request IN SELECT value FROM jsonb_array_elements(requests) LOOP
    SELECT r.verdict, r.detail, r.new_id, r.of_user, r.moment INTO verdict, detail, new_id, of_user, moment
    FROM reserve_session(request) AS r;
    read_at := clock_timestamp();
    RETURN NEXT;
    place := place + 1;
  END LOOP;
END $$;
