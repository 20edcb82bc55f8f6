-- Reserves a session or says why not, in one round trip. Locks the user's row (creates it for a new user), and only
-- then reads the clock and counts: under READ COMMITTED each statement has a snapshot of its own, so those after the
-- lock see what the transactions that it waited for have written. A refusal counts against no quota and leaves an
-- audit event.
--   request: externalUserId, caller, idempotencyKey, inputHashes {keyId: hash}, inputHashKeyId, settleWithinSeconds,
--     expiresAfterSeconds (null: the default), defaultTtlSeconds, defaults (policy), unpricedModels (refused where a
--     budget applies), session and event (columns)
--   verdict: reserved | repeated | conflict | suspended | policy | quota, with its detail
CREATE OR REPLACE FUNCTION reserve_session(request jsonb)
RETURNS TABLE (verdict text, detail jsonb, session realtime_session)
-- force_generic_plan: otherwise each connection plans its first five mints one by one, over all partitions, while it
-- holds the user's lock.
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

  -- A repeated key gets the outcome of its first request, whatever has changed since; so this comes before every check.
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

  -- A session that was settled in time can be committed after its deadline, when a disk stalls. Wait for every such
  -- session: quotas would count it neither as pending nor as issued. None is older than a day.
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
    SELECT 3, 'policy', jsonb_build_object('rule', 'PROVIDER', 'allowed', policy->'allowedProviders')
    WHERE jsonb_typeof(policy->'allowedProviders') = 'array' AND NOT policy->'allowedProviders' ? session.provider
    UNION ALL
    SELECT 4, 'policy', jsonb_build_object('rule', 'TTL', 'allowed', jsonb_build_array(policy->>'maxTtlSeconds'))
    WHERE ttl > (policy->>'maxTtlSeconds')::integer
    UNION ALL
    SELECT 5, 'policy', jsonb_build_object('rule', 'CONNECTION', 'allowed', '["BROKERED"]'::jsonb)
    WHERE session.connection = 'DIRECT' AND (policy->>'brokeredOnly')::boolean
    UNION ALL
    SELECT 6, 'policy', jsonb_build_object('rule', 'CALL_LENGTH', 'allowed', jsonb_build_array(policy->>'maxCallSeconds'))
    WHERE session.max_call_seconds > (policy->>'maxCallSeconds')::integer
    UNION ALL
    SELECT 7, 'policy', jsonb_build_object('rule', 'BUDGET', 'allowed', jsonb_build_array(reached))
    FROM reached_budget(person.id, policy, moment) AS reached WHERE reached IS NOT NULL
    UNION ALL
    SELECT 8, 'policy', jsonb_build_object('rule', 'BUDGET', 'unpricedModels', request->'unpricedModels',
      'allowed', jsonb_build_array(trim_scale((policy->>'monthlyBudgetUsd')::numeric)::text))
    WHERE policy->>'monthlyBudgetUsd' IS NOT NULL AND request->'unpricedModels' <> '[]'
    UNION ALL
    SELECT 9, 'quota', exceeded FROM exceeded_quota(person.id, policy, moment) AS exceeded WHERE exceeded IS NOT NULL
  ) AS refusal (rank, verdict, detail) ORDER BY rank LIMIT 1;

  IF verdict IS NOT NULL THEN
    PERFORM write_event(request->'event', moment, 'session.denied', 'DENIED', app.id, person.id, NULL,
      detail || jsonb_build_object('reason', verdict, 'provider', request->'session'->'provider',
        'model', request->'session'->'model'));
    session := NULL;
    RETURN NEXT;
    RETURN;
  END IF;

  -- Read the clock again after counting: by the times that are stored, every session that was active at this one's
  -- created_at has been counted. A clock that was set back meanwhile must not make it older than that.
  moment := greatest(moment, clock_timestamp());
  session.user_id := person.id;
  session.created_at := moment;
  session.id := uuidv7_at(moment);
  session.requested_ttl_seconds := ttl;
  IF session.connection = 'BROKERED' THEN
    session.max_call_seconds := coalesce(session.max_call_seconds,
      least((policy->>'maxCallSeconds')::integer, session.session_limit_seconds));
  END IF;
  session.deadline := moment + make_interval(secs => (request->>'settleWithinSeconds')::double precision);
  INSERT INTO realtime_session VALUES (session.*);
  -- Later than any before, because the clock was read under the user's lock.
  UPDATE end_user SET last_session_at = moment WHERE id = person.id;
  INSERT INTO application_user AS pair (application_id, user_id, first_session_at, last_session_at)
  VALUES (app.id, person.id, moment, moment)
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
