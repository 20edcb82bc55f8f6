-- Returns the budget, as a plain decimal, when the user's known costs of the calendar month (UTC) around `at` have
-- reached it, over all applications; null when they have not. Without a budget it reads nothing.
CREATE OR REPLACE FUNCTION reached_budget(of_user uuid, policy jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  budget constant numeric := (policy->>'monthlyBudgetUsd')::numeric;
BEGIN
  IF budget IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN (SELECT CASE WHEN used >= budget THEN trim_scale(budget)::text END FROM budget_usage(of_user, at));
END $$;
