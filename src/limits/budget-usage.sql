-- Sums a user's known costs of the calendar month (UTC) around `at`, over all applications, and says when the next month
-- begins. A bucket is a quarter of an hour, so none lies in two months.
CREATE OR REPLACE FUNCTION budget_usage(of_user uuid, at timestamptz)
RETURNS TABLE (used numeric, resets_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    (SELECT coalesce(sum(r.known_cost), 0) FROM usage_rollup AS r
     WHERE r.user_id = of_user AND r.bucket >= month AT TIME ZONE 'UTC'
       AND r.bucket < (month + interval '1 month') AT TIME ZONE 'UTC'),
    (month + interval '1 month') AT TIME ZONE 'UTC'
  FROM date_trunc('month', at AT TIME ZONE 'UTC') AS month;
END;
