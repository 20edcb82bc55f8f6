-- Inserts an audit event.
--   by: columns of audit_event that say who asked. by->'personal' has columns of audit_identity, which identify a
--     person; by->'identity' is the commitment to them.
-- Columns are read one by one: jsonb_populate_record looks all of them up in the catalog at each call.
CREATE OR REPLACE FUNCTION write_event(
  by jsonb, at timestamptz, action text, outcome text, application_id uuid, user_id uuid, session_id uuid, detail jsonb
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  event_id constant uuid := uuidv7_at(at);
  identity text := by->>'identity';
  personal jsonb;
  actor_user_id uuid;
BEGIN
  IF by->>'actor_kind' = 'USER' THEN
    -- A person can only ask about itself, so the event's user is the actor, even if it was erased since it asked.
    actor_user_id := coalesce(user_id, named_user(by->'personal'->>'actor_name'));
  END IF;
  IF identity IS NOT NULL THEN
    IF EXISTS (
      SELECT FROM end_user AS u WHERE u.id = coalesce(user_id, actor_user_id) AND u.erasure_began_at IS NOT NULL
    ) THEN
      -- Store no identity, and no commitment to it: verification accepts a missing identity because of the user.erased
      -- event, which is older than this event, so retention may drop it earlier.
      identity := NULL;
    ELSE
      personal := by->'personal';
      INSERT INTO audit_identity (event_id, user_id, salt, actor_name, ip_address, user_agent, reason)
      VALUES (event_id, coalesce(user_id, actor_user_id), personal->>'salt', personal->>'actor_name',
        personal->>'ip_address', personal->>'user_agent', personal->>'reason');
    END IF;
  END IF;
  INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, actor_application_id, actor_api_key_id,
    actor_user_id, application_id, user_id, session_id, request_id, ip_address, user_agent, detail, identity)
  VALUES (event_id, at, action, outcome, by->>'actor_kind', by->>'actor_name', (by->>'actor_application_id')::uuid,
    (by->>'actor_api_key_id')::uuid, actor_user_id, application_id, user_id, session_id, by->>'request_id',
    by->>'ip_address', by->>'user_agent', detail, identity);
END $$;
