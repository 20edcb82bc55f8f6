-- Counts how much of a user's quotas is used at a time. A pending session is active until its deadline, an issued one
-- until its secret expires, revoked or not: the provider lets a revoked secret work on. Whatever the provider's clock says
-- of the expiry, a session is active for the requested lifetime at least, which is at most two hours: the sessions of a
-- day include those that have expired before. The secret of a BROKERED session is the gateway's own: it counts until it
-- expires, is used or revoked, and then its call does until that has ended. Every reservation is a mint.
CREATE OR REPLACE FUNCTION quota_usage(of_user uuid, at timestamptz)
RETURNS TABLE (active integer, last_minute integer, last_day integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    (SELECT count(*) FROM realtime_session WHERE user_id = of_user AND outcome = 'ISSUED' AND expires_at > at
      AND (connection = 'DIRECT' OR num_nonnulls(redeemed_at, revoked_at) = 0))::integer
      + (SELECT count(*) FROM realtime_session WHERE user_id = of_user AND outcome IS NULL AND deadline > at)::integer
      + (SELECT count(*) FROM realtime_call WHERE user_id = of_user AND ended_at IS NULL AND must_end_by > at)::integer
      + count(*) FILTER (WHERE outcome = 'ISSUED' AND expires_at <= at AND connection = 'DIRECT'
        AND created_at + make_interval(secs => requested_ttl_seconds) > at)::integer,
    count(*) FILTER (WHERE created_at > at - interval '1 minute')::integer,
    count(*)::integer
  FROM realtime_session
  WHERE user_id = of_user AND id >= uuidv7_floor(at - interval '1 day') AND created_at > at - interval '1 day';
END;
