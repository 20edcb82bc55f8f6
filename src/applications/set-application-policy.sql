-- Changes the limits that are set for an application. `changes` has column names as keys: a column that is absent
-- stays, one that is null inherits again. Returns no row when there is no such application.
CREATE OR REPLACE FUNCTION set_application_policy(of_application uuid, changes jsonb, by jsonb) RETURNS SETOF application
LANGUAGE plpgsql AS $$
DECLARE
  app application;
BEGIN
  UPDATE application AS a
  SET (allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day,
    monthly_budget_usd) = (
    SELECT allowed_models, max_ttl_seconds, max_active_sessions, max_mints_per_minute, max_mints_per_day,
      monthly_budget_usd
    FROM jsonb_populate_record(a, changes)
  )
  WHERE id = of_application RETURNING * INTO app;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', app.id, NULL, NULL,
    changes || jsonb_build_object('applicationId', of_application));
  RETURN NEXT app;
END $$;
