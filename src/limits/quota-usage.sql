-- Counts how much of a user's quotas is used at a time, in one look at the sessions of a day. A pending session is active
-- until its deadline, an issued one until its secret expires, revoked or not: the provider lets a revoked secret work on.
-- Whatever the provider's clock says of the expiry, a session is active for the requested lifetime at least. No session is
-- active for a day: it is settled within an hour, its lifetime is at most two, and an expiry much later than was asked for
-- is not believed (settle-mint.ts). The secret of a BROKERED session is the gateway's own: it counts until it expires, is
-- used or revoked, and then its call does until that has ended. Every reservation is a mint.
--   overdue: pending sessions whose deadline has passed: they may have been settled in time by a transaction that is
--     committed late
CREATE OR REPLACE FUNCTION quota_usage(of_user uuid, at timestamptz)
RETURNS TABLE (active integer, last_minute integer, last_day integer, overdue integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    count(*) FILTER (WHERE CASE outcome
      WHEN 'ISSUED' THEN CASE connection
        WHEN 'DIRECT' THEN expires_at > at OR created_at + make_interval(secs => requested_ttl_seconds) > at
        ELSE expires_at > at AND num_nonnulls(redeemed_at, revoked_at) = 0
      END
      ELSE outcome IS NULL AND deadline > at
    END)::integer
      + (SELECT count(*) FROM realtime_call WHERE user_id = of_user AND ended_at IS NULL AND must_end_by > at)::integer,
    count(*) FILTER (WHERE created_at > at - interval '1 minute')::integer,
    count(*) FILTER (WHERE created_at > at - interval '1 day')::integer,
    count(*) FILTER (WHERE outcome IS NULL AND deadline <= at)::integer
  FROM realtime_session
  WHERE user_id = of_user AND id >= uuidv7_floor(at - interval '1 day');
END;
