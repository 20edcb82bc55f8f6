-- Who asks: API keys, which application has sessions of which user, and whom an audit event concerns.

-- ------------------------------------------------------------------ tables

-- A key is 32 random bytes: a plain hash of it cannot be searched for. The key itself is shown once and not kept.
CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES application (id),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  key_hash text NOT NULL CHECK (key_hash ~ '^[0-9a-f]{64}$'),
  last_four text NOT NULL CHECK (length(last_four) = 4),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['SESSIONS_CREATE', 'SESSIONS_READ', 'SESSIONS_REVOKE', 'USAGE_READ',
    'USAGE_WRITE', 'AUDIT_READ', 'USERS_READ', 'USERS_WRITE', 'POLICIES_WRITE', 'APPLICATIONS_WRITE']),
  reach text NOT NULL CHECK (reach IN ('OWN_APPLICATION', 'EVERYTHING')),
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6),
  last_used_at timestamptz(6),
  revoked_at timestamptz(6)
);
CREATE INDEX api_key_application_id_id_idx ON api_key (application_id, id);

-- The users that an application has a session of: all that it sees of people.
CREATE TABLE application_user (
  application_id uuid NOT NULL REFERENCES application (id),
  user_id uuid NOT NULL REFERENCES end_user (id),
  PRIMARY KEY (application_id, user_id)
);
CREATE INDEX application_user_user_id_idx ON application_user (user_id);
INSERT INTO application_user SELECT DISTINCT application_id, user_id FROM realtime_session;

-- An application's sessions, newest first: what a key that reaches its own application lists.
CREATE INDEX realtime_session_application_id_id_idx ON realtime_session (application_id, id);

-- The application that an event concerns, and the key that acted. Known when it is written or never: the trail does
-- not change. What is there already concerns the application of its session.
ALTER TABLE audit_event ADD COLUMN application_id uuid, ADD COLUMN actor_api_key_id uuid;
UPDATE audit_event AS e SET application_id = s.application_id FROM realtime_session AS s WHERE s.id = e.session_id;

-- ------------------------------------------------------------------ writing

-- Inserts an audit event: who asked comes as columns in `by`, the rest from what happened. A person is named by the
-- identifier of its token; whose row that is, if there is one, is looked up here.
CREATE FUNCTION write_event(
  by jsonb, at timestamptz, action text, outcome text, application_id uuid, user_id uuid, session_id uuid, detail jsonb
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  event audit_event;
BEGIN
  event := jsonb_populate_record(NULL::audit_event, by);
  event.at := at;
  event.id := uuidv7_at(at);
  event.action := action;
  event.outcome := outcome;
  event.application_id := application_id;
  event.user_id := user_id;
  event.session_id := session_id;
  event.detail := detail;
  IF event.actor_kind = 'USER' THEN
    SELECT u.id INTO event.actor_user_id FROM end_user AS u WHERE u.external_id = event.actor_name;
  END IF;
  INSERT INTO audit_event VALUES (event.*);
END $$;

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
  INSERT INTO application_user (application_id, user_id) VALUES (app.id, person.id) ON CONFLICT DO NOTHING;
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

-- Withdraws a session in the books: effective while it is pending (settling looks again) or active, and without
-- effect on one that has ended. No row: no such session. Locks the user first, as everybody does.
CREATE OR REPLACE FUNCTION revoke_session(of_session uuid, reason text, by jsonb) RETURNS SETOF realtime_session
LANGUAGE plpgsql AS $$
DECLARE
  found_ realtime_session;
  moment timestamptz;
BEGIN
  SELECT * INTO found_ FROM realtime_session WHERE id = of_session;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM lock_user(found_.user_id, NULL);
  SELECT * INTO found_ FROM realtime_session WHERE id = of_session FOR NO KEY UPDATE;
  moment := clock_timestamp();
  IF found_.revoked_at IS NULL
    AND session_status(found_.outcome, found_.deadline, found_.expires_at, NULL, moment) IN ('PENDING', 'ACTIVE')
  THEN
    UPDATE realtime_session SET revoked_at = moment WHERE id = of_session RETURNING * INTO found_;
    PERFORM write_event(by, moment, 'session.revoked', 'SUCCEEDED', found_.application_id, found_.user_id,
      of_session, jsonb_build_object('reason', reason));
  END IF;
  RETURN NEXT found_;
END $$;

-- Suspends (or, with `suspend` false, reinstates) a user; without effect when it is so already. No row: no such user.
CREATE OR REPLACE FUNCTION suspend_user(of_user uuid, external_user_id text, suspend boolean, reason text, by jsonb)
RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user := lock_user(of_user, external_user_id);
  moment timestamptz := clock_timestamp();
BEGIN
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  IF suspend <> (person.suspended_at IS NOT NULL) THEN
    UPDATE end_user SET suspended_at = CASE WHEN suspend THEN moment END WHERE id = person.id RETURNING * INTO person;
    PERFORM write_event(by, moment, CASE WHEN suspend THEN 'user.suspended' ELSE 'user.reinstated' END, 'SUCCEEDED',
      NULL, person.id, NULL, jsonb_build_object('reason', reason));
  END IF;
  RETURN NEXT person;
END $$;

-- Changes what is set for a user itself. `changes` names columns: one that is absent stays, null inherits again.
CREATE OR REPLACE FUNCTION set_user_policy(of_user uuid, external_user_id text, changes jsonb, by jsonb) RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user := lock_user(of_user, external_user_id);
BEGIN
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  UPDATE end_user AS u
  SET (allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day) = (
    SELECT allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day
    FROM jsonb_populate_record(u, changes)
  )
  WHERE id = person.id RETURNING * INTO person;
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', NULL, person.id, NULL, changes);
  RETURN NEXT person;
END $$;


CREATE OR REPLACE FUNCTION set_application_policy(of_application uuid, changes jsonb, by jsonb) RETURNS SETOF application
LANGUAGE plpgsql AS $$
DECLARE
  app application;
BEGIN
  UPDATE application AS a
  SET (allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day) = (
    SELECT allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day
    FROM jsonb_populate_record(a, changes)
  )
  WHERE id = of_application RETURNING * INTO app;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', app.id, NULL, NULL,
    changes || jsonb_build_object('applicationId', of_application));
  RETURN NEXT app;
END $$;

-- Records the outcome of sessions whose deadline passed without one, oldest first, and says how many there were.
-- Rows that somebody else is settling are left to them. At most `most` at a time, so that no batch is long.
CREATE OR REPLACE FUNCTION settle_overdue(most integer, by jsonb) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM realtime_session WHERE outcome IS NULL AND deadline <= clock_timestamp()
    ORDER BY deadline LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ), settled AS (
    UPDATE realtime_session AS s
    SET outcome = 'UNCONFIRMED', settled_at = clock_timestamp(), failure_code = 'not_settled'
    FROM due WHERE s.id = due.id AND s.outcome IS NULL
    RETURNING s.id, s.application_id, s.user_id, s.settled_at
  )
  SELECT count(write_event(by, settled_at, 'session.unconfirmed', 'FAILED', application_id, user_id, id,
    '{"code": "not_settled"}')::text)::integer
  FROM settled;
END;

-- Nobody calls it any more.
DROP FUNCTION write_event(jsonb, timestamptz, text, text, uuid, uuid, jsonb);

-- Registers a caller. No row: the name is taken.
CREATE FUNCTION create_application(called text, by jsonb) RETURNS SETOF application
LANGUAGE plpgsql AS $$
DECLARE
  app application;
BEGIN
  INSERT INTO application (name) VALUES (called) ON CONFLICT (name) DO NOTHING RETURNING * INTO app;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM write_event(by, app.created_at, 'application.created', 'SUCCEEDED', app.id, NULL, NULL,
    jsonb_build_object('name', app.name));
  RETURN NEXT app;
END $$;

-- Stores a key under the hash that proves it. `key` names columns of api_key.
--   verdict: created | not_found (no such application) | expired (would never have been valid)
CREATE FUNCTION create_api_key(key jsonb, by jsonb) RETURNS TABLE (verdict text, created api_key)
LANGUAGE plpgsql AS $$
BEGIN
  created := jsonb_populate_record(NULL::api_key, key);
  created.created_at := clock_timestamp();
  IF NOT EXISTS (SELECT FROM application WHERE id = created.application_id) THEN
    verdict := 'not_found';
  ELSIF created.expires_at <= created.created_at THEN
    verdict := 'expired';
  ELSE
    INSERT INTO api_key VALUES (created.*);
    PERFORM write_event(by, created.created_at, 'api_key.created', 'SUCCEEDED', created.application_id, NULL, NULL,
      jsonb_build_object('apiKeyId', created.id, 'name', created.name, 'scopes', created.scopes,
        'reach', created.reach, 'expiresAt', created.expires_at, 'lastFour', created.last_four));
    verdict := 'created';
  END IF;
  RETURN NEXT;
END $$;

-- Ends a key; without effect on one that was ended before. No row: no such key.
CREATE FUNCTION revoke_api_key(of_key uuid, by jsonb) RETURNS SETOF api_key
LANGUAGE plpgsql AS $$
DECLARE
  key api_key;
BEGIN
  UPDATE api_key SET revoked_at = clock_timestamp() WHERE id = of_key AND revoked_at IS NULL RETURNING * INTO key;
  IF FOUND THEN
    PERFORM write_event(by, key.revoked_at, 'api_key.revoked', 'SUCCEEDED', key.application_id, NULL, NULL,
      jsonb_build_object('apiKeyId', key.id, 'name', key.name));
    RETURN NEXT key;
  ELSE
    RETURN QUERY SELECT * FROM api_key WHERE id = of_key;
  END IF;
END $$;

-- Notes that keys were used just now, to the minute. A minute that is noted already is not written again, and a row
-- that another gateway is writing is left to it: many gateways cost one write a minute and key.
CREATE FUNCTION note_api_keys_used(used uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM api_key
    WHERE id = ANY (used) AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', now()))
    FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE api_key AS k SET last_used_at = date_trunc('minute', now()) FROM due WHERE k.id = due.id;
END;
