-- Finds the session that a secret was issued for, in one application or (`within` null) in all; returns no row when
-- there is none. `fingerprints` has the secret's fingerprint under each key in rotation, by the key's id; it is empty
-- for a text that cannot be a secret. Every look-up writes an audit event. One that finds nothing names no session and
-- no application, so that its event does not tell what another application has.
CREATE OR REPLACE FUNCTION identify_secret(fingerprints jsonb, within uuid, by jsonb) RETURNS SETOF realtime_session
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  key_id text;
  fingerprint text;
  identified realtime_session;
BEGIN
  FOR key_id, fingerprint IN SELECT * FROM jsonb_each_text(fingerprints) LOOP
    -- OFFSET 0 keeps the two queries apart: the inner one uses the index of the fingerprint and finds one row. Merged,
    -- the planner might walk the sessions from the newest back until one has the fingerprint.
    SELECT * INTO identified FROM (
      SELECT * FROM realtime_session AS s
      WHERE s.secret_fingerprint = fingerprint AND s.secret_fingerprint_key_id = key_id OFFSET 0
    ) AS having_it
    WHERE within IS NULL OR application_id = within
    ORDER BY id DESC LIMIT 1;
    EXIT WHEN FOUND;
  END LOOP;
  PERFORM write_event(by, clock_timestamp(), 'secret.identified',
    CASE WHEN identified.id IS NULL THEN 'FAILED' ELSE 'SUCCEEDED' END,
    identified.application_id, identified.user_id, identified.id, '{}');
  IF identified.id IS NOT NULL THEN
    RETURN NEXT identified;
  END IF;
END $$;
