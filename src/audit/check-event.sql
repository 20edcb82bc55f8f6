-- What every row of audit_event has to keep: a trigger instead of CHECKs, for the reason that check-session.sql has.
CREATE OR REPLACE FUNCTION check_event() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  violated text;
BEGIN
  violated := CASE
    WHEN NOT NEW.action ~ '^[a-z_]+\.[a-z_]+$' THEN 'action'
    WHEN NOT NEW.outcome IN ('SUCCEEDED', 'DENIED', 'FAILED') THEN 'outcome'
    WHEN NOT NEW.actor_kind IN ('APPLICATION', 'USER', 'OPERATOR', 'SYSTEM') THEN 'actor_kind'
    WHEN NOT jsonb_typeof(NEW.detail) = 'object' THEN 'detail'
  END;
  IF violated IS NOT NULL THEN
    RAISE 'A row of % breaks the rule of %', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = violated;
  END IF;
  RETURN NULL;
END $$;
