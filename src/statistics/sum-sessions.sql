-- Adds up the next quarters of an hour of which everything is final, at most `most`; returns how many it added up. One at
-- a time: while one transaction does it, the others return 0.
--
-- A quarter of an hour is final when an hour has passed since its end, so that what began in it is committed, and no
-- session of it, or of an earlier one, is pending or live. A session that is settled and not live does not change any
-- more: it is FAILED or UNCONFIRMED, or it was revoked, or its expiry was announced.
--   gateway_time: the clock of the gateway; the one that is behind decides
CREATE OR REPLACE FUNCTION sum_sessions(most integer, gateway_time timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  quarter constant interval := '15 minutes';
  clock constant timestamptz := clock_timestamp();
  progress session_sum_progress;
  first_id uuid;
  first_row timestamptz;
  final_to timestamptz;
  begin_at timestamptz;
  end_at timestamptz;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('gatehouse.sum_sessions')) THEN
    RETURN 0;
  END IF;
  SELECT * INTO progress FROM session_sum_progress;
  IF clock < progress.as_of THEN
    -- The clock was set back: sessions are reserved before `summed_to`, and expired ones can be revoked. None of those is
    -- older than a day; add that day up anew.
    UPDATE session_sum_progress
    SET summed_to = least(summed_to, date_bin(quarter, clock - interval '1 day', timestamptz 'epoch')), as_of = clock;
    RETURN 0;
  END IF;
  first_id := uuidv7_floor(progress.summed_to);

  SELECT date_bin(quarter, least(clock - interval '1 hour', gateway_time - interval '1 hour', min(open.created_at)),
    timestamptz 'epoch') INTO final_to
  FROM (
    (SELECT created_at FROM realtime_session WHERE outcome IS NULL AND id >= first_id ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT created_at FROM realtime_session
      WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL AND id >= first_id
      ORDER BY id LIMIT 1)
  ) AS open;
  IF final_to <= progress.summed_to THEN
    RETURN 0;
  END IF;

  -- Skip the time in which there is nothing.
  SELECT date_bin(quarter, min(next.at), timestamptz 'epoch') INTO first_row FROM (
    (SELECT created_at AS at FROM realtime_session WHERE id >= first_id ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT e.at FROM audit_event AS e WHERE e.action = 'session.denied' AND e.id >= first_id ORDER BY e.id LIMIT 1)
  ) AS next;
  begin_at := least(greatest(progress.summed_to, coalesce(first_row, final_to)), final_to);
  end_at := least(begin_at + most * quarter, final_to);

  -- There are such rows only after the clock was set back.
  DELETE FROM session_rollup WHERE bucket >= begin_at AND bucket < end_at;
  DELETE FROM session_sum WHERE bucket >= begin_at AND bucket < end_at;
  WITH added AS (
    INSERT INTO session_rollup
    SELECT c.user_id, date_bin(quarter, c.at, timestamptz 'epoch') AS bucket, c.application_id, c.provider, c.model,
      c.failure_code, c.denial_reason, sum(c.issued), sum(c.failed), sum(c.unconfirmed), sum(c.revoked), sum(c.denied),
      sum(c.mint_times)
    FROM session_counts(begin_at, end_at) AS c
    GROUP BY c.user_id, 2, c.application_id, c.provider, c.model, c.failure_code, c.denial_reason
    RETURNING *
  )
  INSERT INTO session_sum
  SELECT bucket, application_id, provider, model, failure_code, denial_reason, sum(issued), sum(failed),
    sum(unconfirmed), sum(revoked), sum(denied), sum(mint_times)
  FROM added GROUP BY bucket, application_id, provider, model, failure_code, denial_reason;
  UPDATE session_sum_progress SET summed_to = end_at, as_of = clock;
  RETURN (extract(epoch FROM end_at - begin_at) / 900)::integer;
END $$;
