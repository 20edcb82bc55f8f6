-- Suspends a user and asks for the end of its calls or, with `suspend` false, reinstates it; has no effect when it already is so. Returns no row when
-- there is no such user.
CREATE OR REPLACE FUNCTION suspend_user(of_user uuid, external_user_id text, suspend boolean, by jsonb)
RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user := lock_user(of_user, external_user_id);
  moment timestamptz := clock_timestamp();
BEGIN
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  IF suspend <> (person.suspended_at IS NOT NULL) THEN
    UPDATE end_user SET suspended_at = CASE WHEN suspend THEN moment END WHERE id = person.id RETURNING * INTO person;
    -- The reason may name somebody, so it comes in by->'personal' and is stored in audit_identity.
    PERFORM write_event(by, moment, CASE WHEN suspend THEN 'user.suspended' ELSE 'user.reinstated' END, 'SUCCEEDED',
      NULL, person.id, NULL, '{"reason": null}');
    IF suspend THEN
      UPDATE realtime_call SET end_requested_at = moment, end_requested_reason = 'SUSPENDED'
      WHERE user_id = person.id AND ended_at IS NULL AND end_requested_at IS NULL;
    END IF;
  END IF;
  RETURN NEXT person;
END $$;
