-- Stores the identity of an audit event, and returns the event's row, which the caller has to insert in the same
-- transaction: write_event does, and what inserts several events at once.
--   by: columns of audit_event that say who asked. by->'personal' has columns of audit_identity, which identify a
--     person; by->'identity' is the commitment to them.
CREATE OR REPLACE FUNCTION prepare_event(
  by jsonb, at timestamptz, action text, outcome text, application_id uuid, user_id uuid, session_id uuid, detail jsonb
) RETURNS audit_event
LANGUAGE plpgsql AS $$
DECLARE
  -- In an assignment, jsonb_populate_record looks the columns up once in a transaction, and not at each call.
  event audit_event := jsonb_populate_record(NULL::audit_event, by);
  personal jsonb;
BEGIN
  event.id := uuidv7_at(at);
  event.at := at;
  event.action := action;
  event.outcome := outcome;
  event.application_id := application_id;
  event.user_id := user_id;
  event.session_id := session_id;
  event.detail := detail;
  -- A person can only ask about itself, so the event's user is the actor, even if it was erased since it asked.
  event.actor_user_id := CASE event.actor_kind
    WHEN 'USER' THEN coalesce(user_id, named_user(by->'personal'->>'actor_name'))
  END;
  IF event.identity IS NOT NULL THEN
    IF EXISTS (
      SELECT FROM end_user AS u WHERE u.id = coalesce(event.user_id, event.actor_user_id) AND u.erasure_began_at IS NOT NULL
    ) THEN
      -- Store no identity, and no commitment to it: verification accepts a missing identity because of the user.erased
      -- event, which is older than this event, so retention may drop it earlier.
      event.identity := NULL;
    ELSE
      personal := by->'personal';
      INSERT INTO audit_identity (event_id, user_id, salt, actor_name, ip_address, user_agent, reason)
      VALUES (event.id, coalesce(event.user_id, event.actor_user_id), personal->>'salt', personal->>'actor_name',
        personal->>'ip_address', personal->>'user_agent', personal->>'reason');
    END IF;
  END IF;
  RETURN event;
END $$;
