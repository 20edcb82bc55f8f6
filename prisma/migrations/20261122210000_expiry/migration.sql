-- Expiries are announced: each becomes one event of the trail, exactly once, soonest expiry first.

-- Announces at most `most` sessions that have expired, and says how many it did; fewer than `most` means that nothing
-- is left but what somebody else is announcing. A revoked session does not expire, it was over before.
--   by: columns of audit_event that say who announces: actor_kind, actor_name
--
-- Cannot deadlock: it waits for no row, skipping what others have locked, and locks nothing but sessions. Who has
-- locked a user and waits for one of these sessions, as revoking does, waits for this statement's end and no longer.
--
-- The settings leave the planner one way, for any number of rows and however old its statistics: what is due by
-- realtime_session_expiring_idx in its own order, then each row by its key, in its own partition. All other ways read
-- all that is live, or all that was ever issued.
CREATE FUNCTION announce_expired(most integer, by jsonb) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan SET timezone = 'UTC' AS $$
DECLARE
  -- Read once: compared with a clock that moves, an index could not be used up to where the due ones end.
  moment constant timestamptz := clock_timestamp();
  due uuid[];
BEGIN
  -- A row that somebody else announced or revoked after this statement began is looked at again before it is locked.
  SELECT array_agg(locked.id) INTO due FROM (
    SELECT id FROM realtime_session
    WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL AND expires_at <= moment
    ORDER BY expires_at, id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ) AS locked;
  IF due IS NULL THEN
    RETURN 0;
  END IF;

  -- Ids of events sort by time: a microsecond for each keeps the order of the expiries among those of one batch.
  -- Planned for each batch: a plan from when a month was empty could look up its rows by any index that has an id.
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
