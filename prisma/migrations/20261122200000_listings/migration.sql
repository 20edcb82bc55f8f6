-- What dashboards ask the ledger: sessions by status, model and upstream id, users by their last session.

-- ------------------------------------------------------------------ sessions

-- When its expiry was announced, once, after the fact; null while it is live or nobody has got to it yet. Status
-- does not depend on it.
ALTER TABLE realtime_session ADD COLUMN expiry_announced_at timestamptz(6);
UPDATE realtime_session SET expiry_announced_at = expires_at
WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expires_at <= now();

-- Newest first by what was settled, or by model. Status follows from the outcome and the clock: what is read beside
-- these to tell ACTIVE from EXPIRED is at most what was issued within the longest lifetime of a secret.
CREATE INDEX realtime_session_outcome_id_idx ON realtime_session (outcome, id);
CREATE INDEX realtime_session_model_id_idx ON realtime_session (model, id);
CREATE INDEX realtime_session_revoked_idx ON realtime_session (id) WHERE revoked_at IS NOT NULL;
CREATE INDEX realtime_session_upstream_idx ON realtime_session (upstream_session_id)
  WHERE upstream_session_id IS NOT NULL;
-- The few that are on their way, and the few that live: by the primary key they would be looked for among all.
CREATE INDEX realtime_session_unsettled_idx ON realtime_session (id) WHERE outcome IS NULL;
CREATE INDEX realtime_session_live_idx ON realtime_session (id)
  WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL;
-- Soonest expiry first among ACTIVE, and what is due to be announced: few rows at a time, however long the ledger grows.
CREATE INDEX realtime_session_expiring_idx ON realtime_session (expires_at, id)
  WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL;

-- ------------------------------------------------------------------ users

-- Kept, not derived: the newest session of each user cannot be read in the order of those sessions without reading
-- all of them. Null: none yet.
ALTER TABLE end_user ADD COLUMN last_session_at timestamptz(6);
ALTER TABLE application_user ADD COLUMN last_session_at timestamptz(6);
UPDATE end_user AS u SET last_session_at = s.at
FROM (SELECT user_id, max(created_at) AS at FROM realtime_session GROUP BY user_id) AS s WHERE s.user_id = u.id;
UPDATE application_user AS pair SET last_session_at = s.at
FROM (SELECT application_id, user_id, max(created_at) AS at FROM realtime_session GROUP BY 1, 2) AS s
WHERE s.application_id = pair.application_id AND s.user_id = pair.user_id;
ALTER TABLE application_user ALTER COLUMN last_session_at SET NOT NULL;

-- Users without a session come last, as one point in time: a null would be outside of every comparison.
CREATE INDEX end_user_last_session_idx ON end_user ((coalesce(last_session_at, '-infinity')), id);
CREATE INDEX end_user_suspended_idx ON end_user (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX end_user_external_id_prefix_idx ON end_user (external_id text_pattern_ops) WHERE external_id IS NOT NULL;
CREATE INDEX application_user_last_session_idx ON application_user (application_id, last_session_at, user_id);

-- ------------------------------------------------------------------ writing

-- Reserves a session or says why not, in one round trip. Locks the user's row (making it for somebody new), and
-- only then reads the clock and counts: each statement here has a snapshot of its own, so what follows the lock
-- sees what the lock waited for. A refusal charges nothing and leaves its audit event.
--   request: externalUserId, caller, idempotencyKey, inputHashes {keyId: hash}, inputHashKeyId, settleWithinSeconds,
--     expiresAfterSeconds (null: the default), defaultTtlSeconds, defaults (policy), session and event (columns)
--   verdict: reserved | repeated | conflict | suspended | policy | quota, with its detail
CREATE OR REPLACE FUNCTION reserve_session(request jsonb)
RETURNS TABLE (verdict text, detail jsonb, session realtime_session)
-- One plan for all values, made once: a connection would otherwise plan its first five mints anew, over all
-- partitions, while it holds the user's lock.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  person end_user;
  app application;
  remembered idempotency_key;
  policy jsonb;
  ttl integer;
  moment timestamptz;
BEGIN
  session := jsonb_populate_record(NULL::realtime_session, request->'session');

  person := lock_user(NULL, request->>'externalUserId');
  SELECT * INTO app FROM application WHERE id = session.application_id;
  moment := clock_timestamp();

  -- Before everything that may have changed since: a repeated key answers with its first outcome.
  IF request->>'idempotencyKey' IS NOT NULL THEN
    SELECT * INTO remembered FROM idempotency_key
    WHERE user_id = person.id AND caller = request->>'caller' AND key = request->>'idempotencyKey';
    IF FOUND THEN
      SELECT * INTO session FROM realtime_session WHERE id = remembered.session_id;
      detail := '{}';
      verdict := CASE WHEN remembered.input_hash = request->'inputHashes'->>remembered.input_hash_key_id
        THEN 'repeated' ELSE 'conflict' END;
      RETURN NEXT;
      RETURN;
    END IF;
  END IF;

  policy := effective_policy(person, app, request->'defaults');
  ttl := coalesce(
    (request->>'expiresAfterSeconds')::integer,
    least((request->>'defaultTtlSeconds')::integer, (policy->>'maxTtlSeconds')::integer)
  );
  SELECT refusal.verdict, refusal.detail INTO verdict, detail FROM (
    SELECT 1, 'suspended', jsonb_build_object('suspendedAt', person.suspended_at)
    WHERE person.suspended_at IS NOT NULL
    UNION ALL
    SELECT 2, 'policy', jsonb_build_object('rule', 'MODEL', 'allowed', policy->'allowedModels')
    WHERE jsonb_typeof(policy->'allowedModels') = 'array' AND NOT policy->'allowedModels' ? session.model
    UNION ALL
    SELECT 3, 'policy', jsonb_build_object('rule', 'TTL', 'allowed', jsonb_build_array(policy->>'maxTtlSeconds'))
    WHERE ttl > (policy->>'maxTtlSeconds')::integer
    UNION ALL
    SELECT 4, 'quota', exceeded FROM exceeded_quota(person.id, policy, moment) AS exceeded WHERE exceeded IS NOT NULL
  ) AS refusal (rank, verdict, detail) ORDER BY rank LIMIT 1;

  IF verdict IS NOT NULL THEN
    PERFORM write_event(request->'event', moment, 'session.denied', 'DENIED', app.id, person.id, NULL,
      detail || jsonb_build_object('reason', verdict));
    session := NULL;
    RETURN NEXT;
    RETURN;
  END IF;

  session.user_id := person.id;
  session.created_at := moment;
  session.id := uuidv7_at(moment);
  session.requested_ttl_seconds := ttl;
  session.deadline := moment + make_interval(secs => (request->>'settleWithinSeconds')::double precision);
  INSERT INTO realtime_session VALUES (session.*);
  -- Later than any before: the moment was read under the user's lock.
  UPDATE end_user SET last_session_at = moment WHERE id = person.id;
  INSERT INTO application_user AS pair (application_id, user_id, last_session_at) VALUES (app.id, person.id, moment)
  ON CONFLICT (application_id, user_id) DO UPDATE SET last_session_at = moment;
  IF request->>'idempotencyKey' IS NOT NULL THEN
    INSERT INTO idempotency_key (user_id, caller, key, input_hash, input_hash_key_id, session_id, created_at)
    VALUES (person.id, request->>'caller', request->>'idempotencyKey',
      request->'inputHashes'->>(request->>'inputHashKeyId'), request->>'inputHashKeyId', session.id, moment);
  END IF;
  PERFORM write_event(request->'event', moment, 'session.requested', 'SUCCEEDED', app.id, person.id, session.id,
    request->'event'->'detail' || jsonb_build_object('expiresAfterSeconds', ttl));
  verdict := 'reserved';
  detail := jsonb_build_object('expiresAfterSeconds', ttl);
  RETURN NEXT;
END $$;
