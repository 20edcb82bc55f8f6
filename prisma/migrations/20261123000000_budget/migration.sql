-- What a user may cost in a calendar month, before nothing is issued to it any more.

-- Null: inherited, as the other limits.
ALTER TABLE application ADD COLUMN monthly_budget_usd numeric CHECK (monthly_budget_usd >= 0);
ALTER TABLE end_user ADD COLUMN monthly_budget_usd numeric CHECK (monthly_budget_usd >= 0);

-- ------------------------------------------------------------------ reading

-- The limits that apply to a user through an application, each from the nearest that sets it. Numbers in jsonb are
-- exact; the default budget comes as text, because a gateway's JSON numbers are not.
CREATE OR REPLACE FUNCTION effective_policy(person end_user, app application, defaults jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'allowedModels', coalesce(person.allowed_models, app.allowed_models, defaults->'allowedModels'),
  'maxTtlSeconds', coalesce(person.max_ttl_seconds, app.max_ttl_seconds, (defaults->>'maxTtlSeconds')::integer),
  'maxActiveSessions',
    coalesce(person.max_active_sessions, app.max_active_sessions, (defaults->>'maxActiveSessions')::integer),
  'maxMintsPerMinute',
    coalesce(person.max_mints_per_minute, app.max_mints_per_minute, (defaults->>'maxMintsPerMinute')::integer),
  'maxMintsPerDay', coalesce(person.max_mints_per_day, app.max_mints_per_day, (defaults->>'maxMintsPerDay')::integer),
  'monthlyBudgetUsd',
    coalesce(person.monthly_budget_usd, app.monthly_budget_usd, (defaults->>'monthlyBudgetUsd')::numeric)
);

-- The budget, as a plain decimal, when the user's known costs of the calendar month (UTC) around `at` have reached it;
-- null when they have not, and without reading anything when there is none. Over all applications, as quotas are.
CREATE FUNCTION reached_budget(of_user uuid, policy jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  budget constant numeric := (policy->>'monthlyBudgetUsd')::numeric;
  month constant timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
  used numeric;
BEGIN
  IF budget IS NULL THEN
    RETURN NULL;
  END IF;
  -- A quarter of an hour lies within one month: its sums need no cutting.
  SELECT coalesce(sum(r.known_cost), 0) INTO used FROM usage_rollup AS r
  WHERE r.user_id = of_user
    AND r.bucket >= month AT TIME ZONE 'UTC' AND r.bucket < (month + interval '1 month') AT TIME ZONE 'UTC';
  RETURN CASE WHEN used >= budget THEN trim_scale(budget)::text END;
END $$;

-- ------------------------------------------------------------------ writing

-- Changes what is set for a user itself. `changes` names columns: one that is absent stays, null inherits again.
CREATE OR REPLACE FUNCTION set_user_policy(of_user uuid, external_user_id text, changes jsonb, by jsonb)
RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user := lock_user(of_user, external_user_id);
BEGIN
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  UPDATE end_user AS u
  SET (allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day,
    monthly_budget_usd) = (
    SELECT allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day,
      monthly_budget_usd
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
  SET (allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day,
    monthly_budget_usd) = (
    SELECT allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day,
      monthly_budget_usd
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

  -- What was settled in time can be committed late, when a disk stalls: a session past its deadline that is not written
  -- down yet is waited for. Else quotas would count it neither as pending nor as issued. None is older than a day.
  PERFORM FROM realtime_session AS overdue
  WHERE overdue.user_id = person.id AND overdue.outcome IS NULL AND overdue.deadline <= moment
    AND overdue.id >= uuidv7_floor(moment - interval '1 day')
  FOR NO KEY UPDATE;

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
    SELECT 4, 'policy', jsonb_build_object('rule', 'BUDGET', 'allowed', jsonb_build_array(reached))
    FROM reached_budget(person.id, policy, moment) AS reached WHERE reached IS NOT NULL
    UNION ALL
    SELECT 5, 'quota', exceeded FROM exceeded_quota(person.id, policy, moment) AS exceeded WHERE exceeded IS NOT NULL
  ) AS refusal (rank, verdict, detail) ORDER BY rank LIMIT 1;

  IF verdict IS NOT NULL THEN
    PERFORM write_event(request->'event', moment, 'session.denied', 'DENIED', app.id, person.id, NULL,
      detail || jsonb_build_object('reason', verdict));
    session := NULL;
    RETURN NEXT;
    RETURN;
  END IF;

  -- Read anew after counting: what ended in between was counted still, and by the times that are written nothing that was
  -- not counted took a slot.
  moment := clock_timestamp();
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
