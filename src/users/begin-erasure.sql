-- Begins to erase a person: removes its external id and its idempotency keys, and settles its pending sessions as
-- UNCONFIRMED, so that nothing more of it is written. Has no effect when the erasure has begun before. Returns no row
-- when there is no such user.
--   proof: for the audit event, shows that a gateway made it
CREATE OR REPLACE FUNCTION begin_erasure(of_user uuid, proof jsonb, by jsonb) RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user;
  moment timestamptz;
  withdrawn realtime_session;
BEGIN
  SELECT * INTO person FROM end_user WHERE id = of_user FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF person.erasure_began_at IS NULL THEN
    -- The update waits for a settling in progress; a later one finds no pending session.
    FOR withdrawn IN
      UPDATE realtime_session SET outcome = 'UNCONFIRMED', settled_at = clock_timestamp(), failure_code = 'withdrawn'
      WHERE user_id = of_user AND outcome IS NULL RETURNING *
    LOOP
      PERFORM write_event(by, withdrawn.settled_at, 'session.unconfirmed', 'FAILED', withdrawn.application_id, of_user,
        withdrawn.id, '{"code": "withdrawn"}');
    END LOOP;
    UPDATE realtime_call SET end_requested_at = clock_timestamp(), end_requested_reason = 'REVOKED'
    WHERE user_id = of_user AND ended_at IS NULL AND end_requested_at IS NULL;
    -- Who asked for an end may be the person.
    UPDATE realtime_call SET end_requested_by = NULL WHERE user_id = of_user AND ended_at IS NULL;
    DELETE FROM idempotency_key WHERE user_id = of_user;
    PERFORM unlabel_usage(of_user);
    moment := clock_timestamp();
    UPDATE end_user SET external_id = NULL, erasure_began_at = moment WHERE id = of_user RETURNING * INTO person;
    PERFORM write_event(by, moment, 'user.erased', 'SUCCEEDED', NULL, of_user, NULL, proof);
  END IF;
  RETURN NEXT person;
END $$;
