-- Returns the id of the user that a token names. Creates the user if it is new (its requests were only refused so far),
-- because what identifies a person has to belong to a row that can be erased. Its lock makes an erasure, which removes
-- the external id, wait until the event is committed.
CREATE OR REPLACE FUNCTION named_user(called text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  named uuid;
BEGIN
  SELECT id INTO named FROM end_user WHERE external_id = called FOR KEY SHARE;
  IF NOT FOUND THEN
    INSERT INTO end_user (external_id) VALUES (called)
    ON CONFLICT (external_id) DO UPDATE SET external_id = EXCLUDED.external_id
    RETURNING id INTO named;
  END IF;
  RETURN named;
END $$;
