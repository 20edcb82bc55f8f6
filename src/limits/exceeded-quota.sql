-- Returns the exceeded quota with the latest retryAt, as jsonb; null when none is exceeded. retryAt is when enough of
-- what was counted has ended or left its window, rounded up to whole milliseconds, as clients see times; null when
-- waiting does not help. For a pending session it assumes the latest end that it could have.
CREATE OR REPLACE FUNCTION exceeded_quota(of_user uuid, policy jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  used record;
BEGIN
  SELECT * INTO used FROM quota_usage(of_user, at);
  -- The usual case: return before the query below, which computes retryAt, is planned.
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
            SELECT greatest(s.expires_at, s.created_at + make_interval(secs => s.requested_ttl_seconds))
            FROM realtime_session AS s
            WHERE s.user_id = of_user AND s.outcome = 'ISSUED' AND s.expires_at > exceeded_quota.at
              AND (s.connection = 'DIRECT' OR num_nonnulls(s.redeemed_at, s.revoked_at) = 0)
            UNION ALL
            SELECT CASE WHEN c.deadline_at > exceeded_quota.at THEN c.deadline_at ELSE c.must_end_by END
            FROM realtime_call AS c
            WHERE c.user_id = of_user AND c.ended_at IS NULL AND c.must_end_by > exceeded_quota.at
            UNION ALL
            SELECT early.ends FROM (
              SELECT s.created_at + make_interval(secs => s.requested_ttl_seconds) FROM realtime_session AS s
              WHERE s.user_id = of_user AND s.outcome = 'ISSUED' AND s.expires_at <= exceeded_quota.at
                AND s.connection = 'DIRECT' AND s.id >= uuidv7_floor(exceeded_quota.at - interval '1 day')
            ) AS early (ends) WHERE early.ends > exceeded_quota.at
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
