-- What every row of end_user has to keep: a trigger instead of CHECKs, for the reason that check-session.sql has. A mint
-- changes none of these columns, so that it does not fire it.
CREATE OR REPLACE FUNCTION check_user() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  violated text;
BEGIN
  violated := CASE
    WHEN NOT length(NEW.external_id) BETWEEN 1 AND 255 THEN 'external_id'
    WHEN NOT jsonb_typeof(NEW.allowed_models) = 'array' THEN 'allowed_models'
    WHEN NOT jsonb_typeof(NEW.allowed_providers) = 'array' THEN 'allowed_providers'
    WHEN NOT NEW.max_ttl_seconds BETWEEN 10 AND 7200 THEN 'max_ttl_seconds'
    WHEN NOT NEW.max_active_sessions >= 0 THEN 'max_active_sessions'
    WHEN NOT NEW.max_mints_per_minute >= 0 THEN 'max_mints_per_minute'
    WHEN NOT NEW.max_mints_per_day >= 0 THEN 'max_mints_per_day'
    WHEN NOT NEW.monthly_budget_usd >= 0 THEN 'monthly_budget_usd'
    WHEN NOT NEW.max_call_seconds BETWEEN 10 AND 3600 THEN 'max_call_seconds'
    -- An erased person is nameless.
    WHEN NOT (NEW.erasure_began_at IS NULL OR NEW.external_id IS NULL) THEN 'erasure_began_at'
    WHEN NOT (NEW.erased_at IS NULL OR NEW.erasure_began_at IS NOT NULL) THEN 'erased_at'
  END;
  IF violated IS NOT NULL THEN
    RAISE 'A row of % breaks the rule of %', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = violated;
  END IF;
  RETURN NULL;
END $$;
