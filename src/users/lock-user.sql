-- Locks a user and returns it. Finds it by its id; or by its external id, and then creates it if it is new. Returns
-- null when there is no user of that id.
CREATE OR REPLACE FUNCTION lock_user(of_user uuid, external_user_id text) RETURNS end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user;
BEGIN
  IF of_user IS NOT NULL THEN
    SELECT * INTO person FROM end_user WHERE id = of_user FOR NO KEY UPDATE;
    RETURN person;
  END IF;
  SELECT * INTO person FROM end_user WHERE external_id = external_user_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- DO UPDATE changes nothing: it locks the row that another transaction has just inserted.
    INSERT INTO end_user (external_id) VALUES (external_user_id)
    ON CONFLICT (external_id) DO UPDATE SET external_id = EXCLUDED.external_id
    RETURNING * INTO person;
  END IF;
  RETURN person;
END $$;
