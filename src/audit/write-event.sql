-- Inserts an audit event. The arguments are those of prepare_event.
CREATE OR REPLACE FUNCTION write_event(
  by jsonb, at timestamptz, action text, outcome text, application_id uuid, user_id uuid, session_id uuid, detail jsonb
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_event SELECT e.*
  FROM prepare_event(by, at, action, outcome, application_id, user_id, session_id, detail) AS e;
END $$;
