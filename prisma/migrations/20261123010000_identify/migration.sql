-- Whose a leaked secret is: its session by the secret's fingerprint.

-- Asked for equality only, and rarely: a hash index is less than half of a B-tree over 64 characters. Sessions
-- without a secret are not in it.
CREATE INDEX realtime_session_secret_fingerprint_idx ON realtime_session USING hash (secret_fingerprint);

-- The session that a secret was issued for, within an application or (null) everywhere; no row: there is none. The
-- secret has a fingerprint under each key in rotation: `fingerprints` has them by the key's id, none for what cannot
-- be a secret. Each look-up leaves its event; one that found nothing is about nobody, so that nobody learns from it
-- what another application has.
CREATE FUNCTION identify_secret(fingerprints jsonb, within uuid, by jsonb) RETURNS SETOF realtime_session
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  key_id text;
  fingerprint text;
  identified realtime_session;
BEGIN
  FOR key_id, fingerprint IN SELECT * FROM jsonb_each_text(fingerprints) LOOP
    -- OFFSET 0: all that have the fingerprint, which is one, by its index; not the newest first until one has it.
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
