-- What keeps issuing within bounds: policies, quotas, idempotency keys, suspension, revocation.

-- ------------------------------------------------------------------ columns

-- Null: inherited, from the application or else from the configuration. Models as jsonb, because to Prisma a list
-- cannot be null.
ALTER TABLE application
  ADD COLUMN allowed_models jsonb CHECK (jsonb_typeof(allowed_models) = 'array'),
  ADD COLUMN max_ttl_seconds integer CHECK (max_ttl_seconds BETWEEN 10 AND 7200),
  ADD COLUMN max_active_sessions integer CHECK (max_active_sessions >= 0),
  ADD COLUMN max_mints_per_minute integer CHECK (max_mints_per_minute >= 0),
  ADD COLUMN max_mints_per_day integer CHECK (max_mints_per_day >= 0);
ALTER TABLE end_user
  ADD COLUMN allowed_models jsonb CHECK (jsonb_typeof(allowed_models) = 'array'),
  ADD COLUMN max_ttl_seconds integer CHECK (max_ttl_seconds BETWEEN 10 AND 7200),
  ADD COLUMN max_active_sessions integer CHECK (max_active_sessions >= 0),
  ADD COLUMN max_mints_per_minute integer CHECK (max_mints_per_minute >= 0),
  ADD COLUMN max_mints_per_day integer CHECK (max_mints_per_day >= 0),
  ADD COLUMN suspended_at timestamptz(6);
ALTER TABLE realtime_session ADD COLUMN revoked_at timestamptz(6);

-- Keys are remembered per caller and user. input_hash is keyed: the input may hold a secret.
CREATE TABLE idempotency_key (
  user_id uuid NOT NULL,
  caller text NOT NULL,
  key text NOT NULL,
  input_hash text NOT NULL,
  input_hash_key_id text NOT NULL,
  session_id uuid NOT NULL,
  created_at timestamptz(6) NOT NULL,
  PRIMARY KEY (user_id, caller, key)
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);

-- What quotas count. Few rows are open at a time, so the second index is small however long the ledger grows.
CREATE INDEX realtime_session_issued_idx ON realtime_session (user_id, expires_at) WHERE outcome = 'ISSUED';
CREATE INDEX realtime_session_open_idx ON realtime_session (user_id, deadline) WHERE outcome IS NULL;

-- ------------------------------------------------------------------ reading

-- As before, with revocation: it outranks ACTIVE and EXPIRED; what never was issued stays what it is.
CREATE FUNCTION session_status(
  outcome text, deadline timestamptz, expires_at timestamptz, revoked_at timestamptz, at timestamptz
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN outcome = 'ISSUED' AND revoked_at IS NOT NULL THEN 'REVOKED'
  WHEN outcome = 'ISSUED' THEN CASE WHEN expires_at > at THEN 'ACTIVE' ELSE 'EXPIRED' END
  WHEN outcome IS NOT NULL THEN outcome
  WHEN deadline > at THEN 'PENDING'
  ELSE 'UNCONFIRMED'
END;

-- What of a user's quotas is used at a moment. Pending sessions count while they can still be issued, issued
-- ones while their secret lives, revoked or not (upstream withdraws nothing); every reservation is a mint.
CREATE FUNCTION quota_usage(of_user uuid, at timestamptz)
RETURNS TABLE (active integer, last_minute integer, last_day integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    (SELECT count(*) FROM realtime_session WHERE user_id = of_user AND outcome = 'ISSUED' AND expires_at > at)::integer
      + (SELECT count(*) FROM realtime_session WHERE user_id = of_user AND outcome IS NULL AND deadline > at)::integer,
    count(*) FILTER (WHERE created_at > at - interval '1 minute')::integer,
    count(*)::integer
  FROM realtime_session
  WHERE user_id = of_user AND id >= uuidv7_floor(at - interval '1 day') AND created_at > at - interval '1 day';
END;

-- ------------------------------------------------------------------ writing

-- The limits that apply to a user through an application, each from the nearest that sets it.
CREATE FUNCTION effective_policy(person end_user, app application, defaults jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'allowedModels', coalesce(person.allowed_models, app.allowed_models, defaults->'allowedModels'),
  'maxTtlSeconds', coalesce(person.max_ttl_seconds, app.max_ttl_seconds, (defaults->>'maxTtlSeconds')::integer),
  'maxActiveSessions',
    coalesce(person.max_active_sessions, app.max_active_sessions, (defaults->>'maxActiveSessions')::integer),
  'maxMintsPerMinute',
    coalesce(person.max_mints_per_minute, app.max_mints_per_minute, (defaults->>'maxMintsPerMinute')::integer),
  'maxMintsPerDay', coalesce(person.max_mints_per_day, app.max_mints_per_day, (defaults->>'maxMintsPerDay')::integer)
);

-- The exceeded quota whose retryAt is latest, as jsonb, or null when none is. retryAt is when enough of what is
-- counted has ended or left its window, rounded up to the milliseconds that clients see; null when waiting does not
-- help. A pending session's end is the latest it could have.
CREATE FUNCTION exceeded_quota(of_user uuid, policy jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  used record;
BEGIN
  SELECT * INTO used FROM quota_usage(of_user, at);
  -- Nearly always: and then nothing is read, or even planned, to say when trying again may succeed.
  IF used.active < (policy->>'maxActiveSessions')::integer
    AND used.last_minute < (policy->>'maxMintsPerMinute')::integer
    AND used.last_day < (policy->>'maxMintsPerDay')::integer
  THEN
    RETURN NULL;
  END IF;

  RETURN (
    SELECT jsonb_build_object('quota', c.quota, 'limit', c."limit", 'used', c.used,
      'retryAt', date_trunc('milliseconds', retry.at + interval '999 microseconds'))
    FROM (VALUES
      ('ACTIVE_SESSIONS', (policy->>'maxActiveSessions')::integer, used.active),
      ('MINTS_PER_MINUTE', (policy->>'maxMintsPerMinute')::integer, used.last_minute),
      ('MINTS_PER_DAY', (policy->>'maxMintsPerDay')::integer, used.last_day)
    ) AS c (quota, "limit", used) CROSS JOIN LATERAL (
      SELECT CASE
        WHEN c."limit" = 0 THEN NULL
        WHEN c.quota = 'ACTIVE_SESSIONS' THEN (
          SELECT ends FROM (
            SELECT s.expires_at FROM realtime_session AS s
            WHERE s.user_id = of_user AND s.outcome = 'ISSUED' AND s.expires_at > exceeded_quota.at
            UNION ALL
            SELECT s.deadline + make_interval(secs => s.requested_ttl_seconds) FROM realtime_session AS s
            WHERE s.user_id = of_user AND s.outcome IS NULL AND s.deadline > exceeded_quota.at
          ) AS active (ends) ORDER BY ends OFFSET c.used - c."limit" LIMIT 1
        )
        ELSE (
          SELECT s.created_at + CASE c.quota WHEN 'MINTS_PER_MINUTE' THEN interval '1 minute' ELSE interval '1 day' END
          FROM realtime_session AS s WHERE s.user_id = of_user ORDER BY s.id DESC OFFSET c."limit" - 1 LIMIT 1
        )
      END
    ) AS retry (at)
    WHERE c.used >= c."limit"
    ORDER BY retry.at DESC NULLS FIRST LIMIT 1
  );
END $$;

-- Inserts an audit event: who asked comes as columns in `by`, the rest from what happened.
CREATE FUNCTION write_event(
  by jsonb, at timestamptz, action text, outcome text, user_id uuid, session_id uuid, detail jsonb
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
  event.user_id := user_id;
  event.session_id := session_id;
  event.detail := detail;
  INSERT INTO audit_event VALUES (event.*);
END $$;

-- Locks the user, makes it when only its external id is given, and returns it; null when there is no such user.
CREATE FUNCTION lock_user(of_user uuid, external_user_id text) RETURNS end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user;
BEGIN
  IF of_user IS NOT NULL THEN
    SELECT * INTO person FROM end_user WHERE id = of_user FOR NO KEY UPDATE;
    RETURN person;
  END IF;
  SELECT * INTO person FROM end_user WHERE external_id = external_user_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- The update part only takes the lock when somebody else has just made the same user.
    INSERT INTO end_user (external_id) VALUES (external_user_id)
    ON CONFLICT (external_id) DO UPDATE SET external_id = EXCLUDED.external_id
    RETURNING * INTO person;
  END IF;
  RETURN person;
END $$;

-- Reserves a session or says why not, in one round trip. Locks the user's row (making it for somebody new), and
-- only then reads the clock and counts: each statement here has a snapshot of its own, so what follows the lock
-- sees what the lock waited for. A refusal charges nothing and leaves its audit event.
--   request: externalUserId, caller, idempotencyKey, inputHashes {keyId: hash}, inputHashKeyId, settleWithinSeconds,
--     expiresAfterSeconds (null: the default), defaultTtlSeconds, defaults (policy), session and event (columns)
--   verdict: reserved | repeated | conflict | suspended | policy | quota, with its detail
CREATE FUNCTION reserve_session(request jsonb)
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
    PERFORM write_event(request->'event', moment, 'session.denied', 'DENIED', person.id, NULL,
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
  IF request->>'idempotencyKey' IS NOT NULL THEN
    INSERT INTO idempotency_key (user_id, caller, key, input_hash, input_hash_key_id, session_id, created_at)
    VALUES (person.id, request->>'caller', request->>'idempotencyKey',
      request->'inputHashes'->>(request->>'inputHashKeyId'), request->>'inputHashKeyId', session.id, moment);
  END IF;
  PERFORM write_event(request->'event', moment, 'session.requested', 'SUCCEEDED', person.id, session.id,
    request->'event'->'detail' || jsonb_build_object('expiresAfterSeconds', ttl));
  verdict := 'reserved';
  detail := jsonb_build_object('expiresAfterSeconds', ttl);
  RETURN NEXT;
END $$;

-- Withdraws a session in the books: effective while it is pending (settling looks again) or active, and without
-- effect on one that has ended. No row: no such session. Locks the user first, as everybody does.
CREATE FUNCTION revoke_session(of_session uuid, reason text, by jsonb) RETURNS SETOF realtime_session
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
    PERFORM write_event(by, moment, 'session.revoked', 'SUCCEEDED', found_.user_id, of_session,
      jsonb_build_object('reason', reason));
  END IF;
  RETURN NEXT found_;
END $$;

-- Suspends (or, with `suspend` false, reinstates) a user; without effect when it is so already. No row: no such user.
CREATE FUNCTION suspend_user(of_user uuid, external_user_id text, suspend boolean, reason text, by jsonb)
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
      person.id, NULL, jsonb_build_object('reason', reason));
  END IF;
  RETURN NEXT person;
END $$;

-- Changes what is set for a user itself. `changes` names columns: one that is absent stays, null inherits again.
CREATE FUNCTION set_user_policy(of_user uuid, external_user_id text, changes jsonb, by jsonb) RETURNS SETOF end_user
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
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', person.id, NULL, changes);
  RETURN NEXT person;
END $$;

CREATE FUNCTION set_application_policy(of_application uuid, changes jsonb, by jsonb) RETURNS SETOF application
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
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', NULL, NULL,
    changes || jsonb_build_object('applicationId', of_application));
  RETURN NEXT app;
END $$;

-- Records the outcome of sessions whose deadline passed without one, oldest first, and says how many there were.
-- Rows that somebody else is settling are left to them. At most `most` at a time, so that no batch is long.
CREATE FUNCTION settle_overdue(most integer, by jsonb) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM realtime_session WHERE outcome IS NULL AND deadline <= clock_timestamp()
    ORDER BY deadline LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ), settled AS (
    UPDATE realtime_session AS s
    SET outcome = 'UNCONFIRMED', settled_at = clock_timestamp(), failure_code = 'not_settled'
    FROM due WHERE s.id = due.id AND s.outcome IS NULL
    RETURNING s.id, s.user_id, s.settled_at
  )
  SELECT count(write_event(by, settled_at, 'session.unconfirmed', 'FAILED', user_id, id, '{"code": "not_settled"}')::text)::integer
  FROM settled;
END;

-- Forgets idempotency keys after their time; says how many. At most `most` at a time.
CREATE FUNCTION purge_idempotency_keys(older_than interval, most integer) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT user_id, caller, key FROM idempotency_key WHERE created_at < now() - older_than
    ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED
  ), purged AS (
    DELETE FROM idempotency_key AS k USING due
    WHERE k.user_id = due.user_id AND k.caller = due.caller AND k.key = due.key
    RETURNING 1
  )
  SELECT count(*)::integer FROM purged;
END;
