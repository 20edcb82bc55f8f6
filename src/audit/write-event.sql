-- Inserts an audit event.
--   by: columns of audit_event that say who asked. by->'personal' has columns of audit_identity, which identify a
--     person; by->'identity' is the commitment to them.
CREATE OR REPLACE FUNCTION write_event(
  by jsonb, at timestamptz, action text, outcome text, application_id uuid, user_id uuid, session_id uuid, detail jsonb
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  event audit_event;
  personal audit_identity;
BEGIN
  event := jsonb_populate_record(NULL::audit_event, by);
  event.at := at;
  event.id := uuidv7_at(at);
  event.action := action;
  event.outcome := outcome;
  event.application_id := application_id;
  event.user_id := user_id;
  event.session_id := session_id;
  event.detail := detail;
  personal := jsonb_populate_record(NULL::audit_identity, by->'personal');
  IF event.actor_kind = 'USER' THEN
    -- A person can only ask about itself, so the event's user is the actor, even if it was erased since it asked.
    event.actor_user_id := coalesce(event.user_id, named_user(personal.actor_name));
  END IF;
  IF event.identity IS NOT NULL THEN
    personal.event_id := event.id;
    personal.user_id := coalesce(event.user_id, event.actor_user_id);
    IF EXISTS (SELECT FROM end_user AS u WHERE u.id = personal.user_id AND u.erasure_began_at IS NOT NULL) THEN
      -- Store no identity, and no commitment to it: verification accepts a missing identity because of the user.erased
      -- event, which is older than this event, so retention may drop it earlier.
      event.identity := NULL;
    ELSE
      INSERT INTO audit_identity VALUES (personal.*);
    END IF;
  END IF;
  INSERT INTO audit_event VALUES (event.*);
END $$;
