-- Uses up the secret of a BROKERED session and begins its call, which then belongs to a gateway. Of any number of attempts
-- one succeeds. Locks the user first, like every other writer: quotas count either the secret or the call, and no call
-- begins after a suspension or a revocation.
--   fingerprints: of the secret under each key in rotation, by the key's id
--   verdict: redeemed | unknown | used | expired | revoked | suspended
CREATE OR REPLACE FUNCTION redeem_secret(
  fingerprints jsonb, owner text, lease_seconds double precision, connect_within_seconds double precision
) RETURNS TABLE (verdict text, session_id uuid)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  key_id text;
  fingerprint text;
  session realtime_session;
  person end_user;
  moment timestamptz;
BEGIN
  FOR key_id, fingerprint IN SELECT * FROM jsonb_each_text(fingerprints) LOOP
    -- OFFSET 0: found by the index of the fingerprint, as in identify_secret.
    SELECT * INTO session FROM (
      SELECT * FROM realtime_session AS s
      WHERE s.secret_fingerprint = fingerprint AND s.secret_fingerprint_key_id = key_id OFFSET 0
    ) AS having_it
    WHERE connection = 'BROKERED' ORDER BY id DESC LIMIT 1;
    EXIT WHEN FOUND;
  END LOOP;
  session_id := session.id;
  IF session.id IS NULL THEN
    verdict := 'unknown';
    RETURN NEXT;
    RETURN;
  END IF;
  -- A secret that was used stays so: replays need not wait for the lock.
  IF session.redeemed_at IS NULL THEN
    person := lock_user(session.user_id, NULL);
    SELECT * INTO session FROM realtime_session AS s WHERE s.id = session.id FOR NO KEY UPDATE;
  END IF;
  moment := clock_timestamp();
  verdict := CASE
    WHEN session.redeemed_at IS NOT NULL THEN 'used'
    WHEN session.revoked_at IS NOT NULL THEN 'revoked'
    WHEN person.suspended_at IS NOT NULL OR person.erasure_began_at IS NOT NULL THEN 'suspended'
    WHEN session.expires_at <= moment THEN 'expired'
    ELSE 'redeemed'
  END;
  IF verdict = 'redeemed' THEN
    UPDATE realtime_session AS s SET redeemed_at = moment WHERE s.id = session.id;
    INSERT INTO realtime_call (session_id, user_id, application_id, created_at, connect_by, must_end_by,
      owner_instance, lease_until)
    VALUES (session.id, session.user_id, session.application_id, moment,
      moment + make_interval(secs => connect_within_seconds),
      moment + make_interval(secs => connect_within_seconds + session.session_limit_seconds),
      owner, moment + make_interval(secs => lease_seconds));
  END IF;
  RETURN NEXT;
END $$;
