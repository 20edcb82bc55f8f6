-- Returns the budget, as a plain decimal, when the user's known costs of the calendar month (UTC) around `at` have
-- reached it, over all applications; null when they have not. Without a budget it reads nothing.
CREATE OR REPLACE FUNCTION reached_budget(of_user uuid, policy jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  budget constant numeric := (policy->>'monthlyBudgetUsd')::numeric;
  month constant timestamp := date_trunc('month', at AT TIME ZONE 'UTC');
  used numeric;
BEGIN
  IF budget IS NULL THEN
    RETURN NULL;
  END IF;
  -- A bucket is a quarter of an hour, so none lies in two months.
  SELECT coalesce(sum(r.known_cost), 0) INTO used FROM usage_rollup AS r
  WHERE r.user_id = of_user
    AND r.bucket >= month AT TIME ZONE 'UTC' AND r.bucket < (month + interval '1 month') AT TIME ZONE 'UTC';
  RETURN CASE WHEN used >= budget THEN trim_scale(budget)::text END;
END $$;
