-- Registers an application. Returns no row when the name is taken.
CREATE OR REPLACE FUNCTION create_application(called text, by jsonb) RETURNS SETOF application
LANGUAGE plpgsql AS $$
DECLARE
  app application;
BEGIN
  INSERT INTO application (name) VALUES (called) ON CONFLICT (name) DO NOTHING RETURNING * INTO app;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM write_event(by, app.created_at, 'application.created', 'SUCCEEDED', app.id, NULL, NULL,
    jsonb_build_object('name', app.name));
  RETURN NEXT app;
END $$;
