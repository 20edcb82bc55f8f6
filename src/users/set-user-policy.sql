-- Changes the limits that are set for a user itself. `changes` has column names as keys: a column that is absent
-- stays, one that is null inherits again. Returns no row when there is no such user.
CREATE OR REPLACE FUNCTION set_user_policy(of_user uuid, external_user_id text, changes jsonb, by jsonb)
RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user := lock_user(of_user, external_user_id);
BEGIN
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  UPDATE end_user AS u
  SET (allowed_models, allowed_providers, max_ttl_seconds, max_active_sessions, max_mints_per_minute,
    max_mints_per_day, monthly_budget_usd, max_call_seconds, brokered_only) = (
    SELECT allowed_models, allowed_providers, max_ttl_seconds, max_active_sessions, max_mints_per_minute,
      max_mints_per_day, monthly_budget_usd, max_call_seconds, brokered_only
    FROM jsonb_populate_record(u, changes)
  )
  WHERE id = person.id RETURNING * INTO person;
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', NULL, person.id, NULL, changes);
  RETURN NEXT person;
END $$;
