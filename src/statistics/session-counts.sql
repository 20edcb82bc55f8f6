-- What statistics count, in [from, to): a row for each session that was asked for, and one for each request that was
-- denied before anything was reserved. Sums are made of it, and what is not in the sums yet is read by it. A value that
-- a row does not have is '' or the uuid of zeros.
CREATE OR REPLACE FUNCTION session_counts("from" timestamptz, "to" timestamptz)
RETURNS TABLE (at timestamptz, user_id uuid, application_id uuid, provider text, model text, failure_code text,
  denial_reason text, issued integer, failed integer, unconfirmed integer, pending integer, revoked integer,
  denied integer, mint_times numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.created_at, s.user_id, s.application_id, s.provider, s.model,
    -- settle_overdue has not come to it yet.
    coalesce(s.failure_code, CASE WHEN s.status = 'UNCONFIRMED' THEN 'not_settled' ELSE '' END), '',
    (s.status IN ('ACTIVE', 'EXPIRED', 'REVOKED'))::integer, (s.status = 'FAILED')::integer,
    (s.status = 'UNCONFIRMED')::integer, (s.status = 'PENDING')::integer, (s.status = 'REVOKED')::integer, 0,
    CASE WHEN s.outcome = 'ISSUED'
      THEN mint_times(round(date_part('epoch', s.settled_at - s.created_at) * 1000000)::bigint) END
  FROM (
    SELECT id, created_at, settled_at, user_id, application_id, provider, model, outcome, failure_code,
      session_status(outcome, deadline, expires_at, revoked_at, now()) AS status
    FROM realtime_session
  ) AS s
  WHERE s.created_at >= "from" AND s.created_at < "to"
    AND s.id >= uuidv7_floor("from") AND s.id < uuidv7_floor("to" + interval '1 millisecond')
  UNION ALL
  SELECT e.at, coalesce(e.user_id, e.actor_user_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(e.application_id, e.actor_application_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(e.detail->>'provider', ''), coalesce(e.detail->>'model', ''), '', e.detail->>'reason', 0, 0, 0, 0, 0, 1,
    NULL::numeric
  FROM audit_event AS e
  WHERE e.action = 'session.denied' AND e.at >= "from" AND e.at < "to"
    AND e.id >= uuidv7_floor("from") AND e.id < uuidv7_floor("to" + interval '1 millisecond');
$$;
