-- Decides whether a session may be reserved. Locks the user's row (creates it for a new user), and only then reads the
-- clock and counts: under READ COMMITTED each statement has a snapshot of its own, so those after the lock see what the
-- transactions that it waited for have written. A refusal counts against no quota and leaves an audit event.
-- What is reserved is written by the caller, in the same transaction (write_reservations), before it has anything else
-- of the same user decided: that would not be counted.
--   request: externalUserId, caller, idempotencyKey, inputHashes {keyId: hash}, inputHashKeyId, settleWithinSeconds,
--     expiresAfterSeconds (null: the default), defaultTtlSeconds, defaults (policy), unpricedModels (refused where a
--     budget applies), session and event (columns); waits (false: the verdict is "locked" instead of waiting for another
--     transaction, and nothing was written)
--   verdict: reserved | repeated | conflict | suspended | policy | quota | locked, with its detail
--   session, event: the rows to write when it is reserved
--   repeated: the session of a repeated key
--
-- Every mint waits for this, so it is two statements: lock and look.
CREATE OR REPLACE FUNCTION decide_reservation(request jsonb, OUT verdict text, OUT detail jsonb,
  OUT session realtime_session, OUT event audit_event, OUT repeated realtime_session)
LANGUAGE plpgsql AS $$
DECLARE
  asked constant jsonb := request->'session';
  waits constant boolean := coalesce((request->>'waits')::boolean, true);
  person end_user;
  moment timestamptz;
  remembered idempotency_key;
  policy jsonb;
  used record;
  waited boolean := false;
  ttl integer;
BEGIN
  IF waits THEN
    SELECT * INTO person FROM end_user WHERE external_id = request->>'externalUserId' FOR NO KEY UPDATE;
  ELSE
    SELECT * INTO person FROM end_user WHERE external_id = request->>'externalUserId' FOR NO KEY UPDATE SKIP LOCKED;
  END IF;
  IF NOT FOUND THEN
    IF NOT waits AND EXISTS (SELECT FROM end_user WHERE external_id = request->>'externalUserId') THEN
      verdict := 'locked';
      RETURN;
    END IF;
    person := lock_user(NULL, request->>'externalUserId');
  END IF;
  moment := clock_timestamp();

  -- A repeated key gets the outcome of its first request, whatever has changed since; so this comes before every check.
  IF request->>'idempotencyKey' IS NOT NULL THEN
    SELECT * INTO remembered FROM idempotency_key
    WHERE user_id = person.id AND caller = request->>'caller' AND key = request->>'idempotencyKey';
    IF FOUND THEN
      SELECT * INTO repeated FROM realtime_session WHERE id = remembered.session_id;
      detail := '{}';
      verdict := CASE WHEN remembered.input_hash = request->'inputHashes'->>remembered.input_hash_key_id
        THEN 'repeated' ELSE 'conflict' END;
      RETURN;
    END IF;
  END IF;

  LOOP
    SELECT effective_policy(person, app, request->'defaults') AS policy, usage.* INTO used
    FROM application AS app, quota_usage(person.id, moment) AS usage
    WHERE app.id = (asked->>'application_id')::uuid;
    EXIT WHEN waited OR used.overdue = 0;
    IF NOT waits THEN
      verdict := 'locked';
      RETURN;
    END IF;
    -- A session that was settled in time can be committed after its deadline, when a disk stalls. Wait for every such
    -- session, and look again: it would be counted neither as pending nor as issued.
    PERFORM FROM realtime_session AS overdue
    WHERE overdue.user_id = person.id AND overdue.outcome IS NULL AND overdue.deadline <= moment
      AND overdue.id >= uuidv7_floor(moment - interval '1 day')
    FOR NO KEY UPDATE;
    waited := true;
  END LOOP;

  policy := used.policy;
  ttl := coalesce(
    (request->>'expiresAfterSeconds')::integer,
    least((request->>'defaultTtlSeconds')::integer, (policy->>'maxTtlSeconds')::integer)
  );
  IF person.suspended_at IS NOT NULL THEN
    verdict := 'suspended';
    detail := jsonb_build_object('suspendedAt', person.suspended_at);
  ELSIF jsonb_typeof(policy->'allowedModels') = 'array' AND NOT policy->'allowedModels' ? (asked->>'model') THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'MODEL', 'allowed', policy->'allowedModels');
  ELSIF jsonb_typeof(policy->'allowedProviders') = 'array' AND NOT policy->'allowedProviders' ? (asked->>'provider') THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'PROVIDER', 'allowed', policy->'allowedProviders');
  ELSIF ttl > (policy->>'maxTtlSeconds')::integer THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'TTL', 'allowed', jsonb_build_array(policy->>'maxTtlSeconds'));
  ELSIF (policy->>'brokeredOnly')::boolean AND asked->>'connection' = 'DIRECT' THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'CONNECTION', 'allowed', '["BROKERED"]'::jsonb);
  ELSIF (asked->>'max_call_seconds')::integer > (policy->>'maxCallSeconds')::integer THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'CALL_LENGTH', 'allowed', jsonb_build_array(policy->>'maxCallSeconds'));
  ELSIF policy->>'monthlyBudgetUsd' IS NOT NULL AND reached_budget(person.id, policy, moment) IS NOT NULL THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'BUDGET',
      'allowed', jsonb_build_array(trim_scale((policy->>'monthlyBudgetUsd')::numeric)::text));
  ELSIF policy->>'monthlyBudgetUsd' IS NOT NULL AND request->'unpricedModels' <> '[]' THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'BUDGET', 'unpricedModels', request->'unpricedModels',
      'allowed', jsonb_build_array(trim_scale((policy->>'monthlyBudgetUsd')::numeric)::text));
  ELSIF used.active >= (policy->>'maxActiveSessions')::integer
    OR used.last_minute >= (policy->>'maxMintsPerMinute')::integer
    OR used.last_day >= (policy->>'maxMintsPerDay')::integer
  THEN
    -- Null when a session has been settled since, so that none is exceeded any more.
    detail := exceeded_quota(person.id, policy, moment);
    verdict := CASE WHEN detail IS NOT NULL THEN 'quota' END;
  END IF;

  IF verdict IS NOT NULL THEN
    PERFORM write_event(request->'event', moment, 'session.denied', 'DENIED', (asked->>'application_id')::uuid, person.id,
      NULL, detail || jsonb_build_object('reason', verdict, 'provider', asked->'provider', 'model', asked->'model'));
    RETURN;
  END IF;

  -- Read the clock again after counting: by the times that are stored, every session that was active at this one's
  -- created_at has been counted. A clock that was set back meanwhile must not make it older than that.
  moment := greatest(moment, clock_timestamp());
  -- In PL/pgSQL, jsonb_populate_record looks the columns up once in a transaction, and not at each call.
  session := jsonb_populate_record(NULL::realtime_session, asked);
  session.id := uuidv7_at(moment);
  session.user_id := person.id;
  session.created_at := moment;
  session.deadline := moment + make_interval(secs => (request->>'settleWithinSeconds')::double precision);
  session.requested_ttl_seconds := ttl;
  session.max_call_seconds := CASE session.connection WHEN 'BROKERED' THEN coalesce(session.max_call_seconds,
    least((policy->>'maxCallSeconds')::integer, session.session_limit_seconds)) END;
  IF request->>'idempotencyKey' IS NOT NULL THEN
    INSERT INTO idempotency_key (user_id, caller, key, input_hash, input_hash_key_id, session_id, created_at)
    VALUES (person.id, request->>'caller', request->>'idempotencyKey',
      request->'inputHashes'->>(request->>'inputHashKeyId'), request->>'inputHashKeyId', session.id, moment);
  END IF;
  verdict := 'reserved';
  detail := jsonb_build_object('expiresAfterSeconds', ttl);
  event := prepare_event(request->'event', moment, 'session.requested', 'SUCCEEDED', session.application_id, person.id,
    session.id, request->'event'->'detail' || detail);
END $$;
