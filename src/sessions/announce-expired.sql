-- Writes a session.expired event for at most `most` sessions that have expired at `moment`, soonest expiry first, exactly one for
-- each; returns how many. Fewer than `most` means that nothing is left, except what another gateway is announcing now.
-- A revoked session does not expire: it had ended before.
--   by: columns of audit_event that say who announces: actor_kind, actor_name
--
-- It cannot deadlock: it skips rows that others have locked, so it waits for none, and it locks only sessions. A
-- transaction that has locked a user and then waits for one of these sessions, as revoke_session does, waits until this
-- statement ends and no longer.
--
-- The settings leave the planner one plan, for any number of rows and for outdated statistics: read the due sessions
-- in order from realtime_session_expiring_idx, then find each row by its key in its own partition. Any other plan
-- reads all live sessions, or all that were ever issued.
CREATE OR REPLACE FUNCTION announce_expired(most integer, by jsonb, moment timestamptz) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan SET timezone = 'UTC' AS $$
DECLARE
  due uuid[];
BEGIN
  -- PostgreSQL checks the conditions again before it locks a row that somebody else announced or revoked meanwhile.
  SELECT array_agg(locked.id) INTO due FROM (
    SELECT id FROM realtime_session
    WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL AND expires_at <= moment
    ORDER BY expires_at, id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ) AS locked;
  IF due IS NULL THEN
    RETURN 0;
  END IF;

  -- Ids of events sort by time: one microsecond more for each keeps the events of a batch in the order of the expiries.
  -- EXECUTE plans each batch anew: a plan made while a month was empty might use any index that contains the id.
  EXECUTE $sql$
    WITH announced AS (
      UPDATE realtime_session AS s SET expiry_announced_at = $2 + place * interval '1 microsecond'
      FROM unnest($1) WITH ORDINALITY AS expired (id, place) WHERE s.id = expired.id
      RETURNING s.id, s.application_id, s.user_id, s.expires_at, s.expiry_announced_at AS at
    )
    INSERT INTO audit_event
      (id, at, action, outcome, actor_kind, actor_name, application_id, user_id, session_id, detail)
    SELECT uuidv7_at(at), at, 'session.expired', 'SUCCEEDED', $3->>'actor_kind', $3->>'actor_name',
      application_id, user_id, id, jsonb_build_object('expiresAt', expires_at)
    FROM announced
  $sql$ USING due, moment, by;
  RETURN cardinality(due);
END $$;
