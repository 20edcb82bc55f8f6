-- A person can be erased. What identifies one leaves the trail's events: they carry a commitment to it, which is sealed
-- with them, and it is kept beside them, where it can be deleted without changing what was sealed.

-- ------------------------------------------------------------------ tables

-- SHA-256 of what stands in audit_identity, salt included. Null: nobody is identified.
ALTER TABLE audit_event ADD COLUMN identity text;
-- How many columns of an event its seals are over. Nothing reads it: a gateway from before this migration, beside which
-- the newer ones run while it is replaced, would seal their events without the new column. It does not know this one
-- either, so its heads are refused, and sealing waits for who can.
ALTER TABLE audit_head ADD COLUMN sealed_columns smallint NOT NULL DEFAULT 16;
ALTER TABLE audit_head ALTER COLUMN sealed_columns DROP DEFAULT;
-- What explains that something of the trail is gone. Few rows; to every other event it costs one comparison.
CREATE INDEX audit_event_gone_idx ON audit_event (id) WHERE action IN ('trail.checkpointed', 'user.erased');

CREATE TABLE audit_identity (
  event_id uuid NOT NULL,
  -- Whose it is.
  user_id uuid NOT NULL,
  -- Random, so that nobody can find the values by trying once they are gone.
  salt text NOT NULL CHECK (length(salt) >= 32),
  actor_name text,
  ip_address text,
  user_agent text,
  -- Why it was done, in the words of who did it, who may have named somebody.
  reason text,
  PRIMARY KEY (event_id)
) PARTITION BY RANGE (event_id);
CREATE INDEX audit_identity_user_id_event_id_idx ON audit_identity (user_id, event_id);

-- began: from then on the person has no name and no session is issued; erased_at: nothing of it is left.
ALTER TABLE end_user
  ADD COLUMN erasure_began_at timestamptz(6),
  ADD COLUMN erased_at timestamptz(6),
  ADD CONSTRAINT end_user_erased_nameless CHECK (erasure_began_at IS NULL OR external_id IS NULL),
  ADD CONSTRAINT end_user_erasure_in_order CHECK (erased_at IS NULL OR erasure_began_at IS NOT NULL);
CREATE INDEX end_user_erasing_idx ON end_user (id) WHERE erasure_began_at IS NOT NULL AND erased_at IS NULL;

-- ------------------------------------------------------------------ partitions

-- Creates the monthly partitions (months in UTC) of all partitioned tables that cover [from, to] and are missing;
-- returns how many it made. There is no default partition: retention drops partitions, and a row
-- without one is an error that the readiness of the ledger foresees, not a place to hide.
CREATE OR REPLACE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', "from" AT TIME ZONE 'UTC');
  parents constant text[] := ARRAY['realtime_session', 'audit_event', 'audit_identity', 'usage_record'];
  parent text;
  partition text;
  granted record;
  made integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('gatehouse.create_partitions'));
  WHILE month <= "to" AT TIME ZONE 'UTC' LOOP
    FOREACH parent IN ARRAY parents LOOP
      partition := parent || to_char(month, '"_"YYYY"_"MM');
      IF to_regclass(partition) IS NULL THEN
        -- Made apart and attached: CREATE TABLE … PARTITION OF waits for everyone who uses the parent, and
        -- everyone who comes after waits for it.
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
          uuidv7_floor(month AT TIME ZONE 'UTC'), uuidv7_floor((month + interval '1 month') AT TIME ZONE 'UTC'));
        made := made + 1;
      END IF;
    END LOOP;
    month := month + interval '1 month';
  END LOOP;

  -- Rows are written through the parent, by its grants. The owner's default privileges, or a GRANT on all
  -- tables, must not open a way around them. Reading stays: a backup reads each partition by name.
  FOR granted IN
    SELECT acl.privilege_type AS privilege, inhrelid::regclass AS partition,
      CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END AS grantee
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid, aclexplode(relacl) AS acl
    WHERE inhparent = ANY (parents::regclass[]) AND acl.grantee <> relowner AND acl.privilege_type <> 'SELECT'
  LOOP
    EXECUTE format('REVOKE %s ON %s FROM %s', granted.privilege, granted.partition, granted.grantee);
  END LOOP;
  RETURN made;
END $$;

-- Months that events are written in already get theirs now, those ahead as ever.
SELECT create_partitions(month, month)
FROM pg_inherits, to_timestamp(right(inhrelid::regclass::text, 7) || ' +00', 'YYYY_MM TZH') AS month
WHERE inhparent = 'audit_event'::regclass AND inhrelid::regclass::text ~ '^audit_event_\d{4}_\d{2}$'
  AND month >= date_trunc('month', now());

-- ------------------------------------------------------------------ writing

-- The user that a person's token names; made for somebody who was only refused until now, because what identifies a
-- person belongs to a row that can be erased. The lock makes erasing, which takes the name away, wait for the event.
CREATE FUNCTION named_user(called text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  named uuid;
BEGIN
  SELECT id INTO named FROM end_user WHERE external_id = called FOR KEY SHARE;
  IF NOT FOUND THEN
    INSERT INTO end_user (external_id) VALUES (called)
    ON CONFLICT (external_id) DO UPDATE SET external_id = EXCLUDED.external_id
    RETURNING id INTO named;
  END IF;
  RETURN named;
END $$;

-- Inserts an audit event: who asked comes as columns in `by`, the rest from what happened. What identifies a person
-- comes as columns of audit_identity in by->'personal', and the commitment to it in by->'identity'.
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
    -- A person asks for itself only; also when it has been erased since it asked.
    event.actor_user_id := coalesce(event.user_id, named_user(coalesce(personal.actor_name, event.actor_name)));
  END IF;
  IF event.identity IS NOT NULL THEN
    personal.event_id := event.id;
    personal.user_id := coalesce(event.user_id, event.actor_user_id);
    IF EXISTS (SELECT FROM end_user AS u WHERE u.id = personal.user_id AND u.erasure_began_at IS NOT NULL) THEN
      -- Nothing is kept, so nothing is committed to: the erasure that would explain what is missing is older than this
      -- event, and retention may drop it first.
      event.identity := NULL;
    ELSE
      INSERT INTO audit_identity VALUES (personal.*);
    END IF;
  END IF;
  INSERT INTO audit_event VALUES (event.*);
END $$;

-- Records what a response used, in one round trip. Locks the user first, as everybody does: of several reports of one
-- response one counts, and the sums of a user have one writer. Of an erased user only the numbers are kept.
--   report: columns of usage_record that the gateway decides: source, response_id, model, at, the numbers, cost, price
--   verdict: reported | already (with the same numbers) | conflict (with others: the first stand)
--     | not_found | not_issued | before_issue | in_future | after_exposure (of `at`; nothing was changed)
CREATE OR REPLACE FUNCTION report_usage(of_session uuid, report jsonb, by jsonb) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  entry usage_record := jsonb_populate_record(NULL::usage_record, report);
  earlier usage_record;
  session realtime_session;
  person end_user;
  moment timestamptz;
  replaced boolean;
BEGIN
  SELECT * INTO session FROM realtime_session WHERE id = of_session;
  IF NOT FOUND THEN
    RETURN 'not_found';
  END IF;
  person := lock_user(session.user_id, NULL);
  moment := clock_timestamp();

  SELECT * INTO earlier FROM usage_record AS r
  WHERE r.session_id = of_session AND r.source = entry.source AND r.response_id = entry.response_id;
  IF FOUND THEN
    IF (earlier.model, earlier.input_text_tokens, earlier.input_audio_tokens, earlier.input_image_tokens,
        earlier.cached_text_tokens, earlier.cached_audio_tokens, earlier.cached_image_tokens,
        earlier.output_text_tokens, earlier.output_audio_tokens, earlier.transcription_seconds)
      = (entry.model, entry.input_text_tokens, entry.input_audio_tokens, entry.input_image_tokens,
        entry.cached_text_tokens, entry.cached_audio_tokens, entry.cached_image_tokens,
        entry.output_text_tokens, entry.output_audio_tokens, entry.transcription_seconds)
    THEN
      RETURN 'already';
    END IF;
    PERFORM write_event(by, moment, 'usage.conflicted', 'DENIED', session.application_id, session.user_id, of_session,
      jsonb_build_object('responseId', entry.response_id, 'source', entry.source));
    RETURN 'conflict';
  END IF;

  -- What clients see of these times has no microseconds.
  IF session.outcome IS DISTINCT FROM 'ISSUED' THEN
    RETURN 'not_issued';
  ELSIF entry.at < date_trunc('milliseconds', session.settled_at) THEN
    RETURN 'before_issue';
  ELSIF entry.at > moment THEN
    RETURN 'in_future';
  ELSIF entry.at > session.expires_at + make_interval(secs => session.session_limit_seconds) THEN
    RETURN 'after_exposure';
  END IF;

  entry.session_id := of_session;
  entry.user_id := session.user_id;
  entry.application_id := session.application_id;
  entry.provider := session.provider;
  entry.reported_at := moment;
  IF person.erasure_began_at IS NOT NULL THEN
    entry.usage := '{}';
  END IF;
  SELECT * INTO earlier FROM usage_record AS r
  WHERE r.session_id = of_session AND r.source <> entry.source AND r.response_id = entry.response_id;
  replaced := FOUND AND entry.source = 'APPLICATION';
  entry.counted := entry.source = 'APPLICATION' OR NOT FOUND;
  IF replaced THEN
    UPDATE usage_record AS r SET counted = false
    WHERE r.session_id = of_session AND r.source = earlier.source AND r.response_id = entry.response_id;
    PERFORM count_usage(earlier, -1);
  END IF;
  INSERT INTO usage_record VALUES (entry.*);
  IF entry.counted THEN
    PERFORM count_usage(entry, 1);
  END IF;
  PERFORM write_event(by, moment, 'usage.reported', 'SUCCEEDED', session.application_id, session.user_id, of_session,
    jsonb_build_object('responseId', entry.response_id, 'source', entry.source, 'model', entry.model,
      'at', entry.at, 'totalTokens', entry.total_tokens, 'costUsd', trim_scale(entry.cost)::text,
      'counted', entry.counted, 'replaced', replaced));
  RETURN 'reported';
END $$;

-- Begins to erase a person: takes its name and its idempotency keys, and gives up what is being issued for it, so that
-- nothing of it is written any more. Without effect on one for whom that was done. No row: no such user.
--   proof: what shows that a gateway did it, for the trail
CREATE FUNCTION begin_erasure(of_user uuid, proof jsonb, by jsonb) RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user;
  moment timestamptz;
  given_up realtime_session;
BEGIN
  SELECT * INTO person FROM end_user WHERE id = of_user FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  IF person.erasure_began_at IS NULL THEN
    -- Waits for whoever is settling; who settles later finds nothing open.
    FOR given_up IN
      UPDATE realtime_session SET outcome = 'UNCONFIRMED', settled_at = clock_timestamp(), failure_code = 'withdrawn'
      WHERE user_id = of_user AND outcome IS NULL RETURNING *
    LOOP
      PERFORM write_event(by, given_up.settled_at, 'session.unconfirmed', 'FAILED', given_up.application_id, of_user,
        given_up.id, '{"code": "withdrawn"}');
    END LOOP;
    DELETE FROM idempotency_key WHERE user_id = of_user;
    moment := clock_timestamp();
    UPDATE end_user SET external_id = NULL, erasure_began_at = moment WHERE id = of_user RETURNING * INTO person;
    PERFORM write_event(by, moment, 'user.erased', 'SUCCEEDED', NULL, of_user, NULL, proof);
  END IF;
  RETURN NEXT person;
END $$;

-- Blanks what sessions of a person say of it, and what was reported with their usage beside the numbers; at most `most`
-- sessions after an id, and `most_reports` of their reports. Returns after which to go on, or null when it was all. Locks
-- the user first, as everybody does: several may be at it.
CREATE FUNCTION erase_sessions(of_user uuid, after uuid, most integer, most_reports integer) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  chosen uuid[];
  blanked integer;
BEGIN
  PERFORM lock_user(of_user, NULL);
  SELECT array_agg(id ORDER BY id) INTO chosen FROM (
    SELECT id FROM realtime_session WHERE user_id = of_user AND id > after ORDER BY id LIMIT most
  ) AS next;
  UPDATE realtime_session SET labels = '[]', instructions = NULL, voice = NULL, input_audio_transcription = NULL,
    turn_detection = NULL, tools = '[]', tool_choice = NULL, upstream_config = NULL
  WHERE id = ANY (chosen) AND (labels <> '[]' OR tools <> '[]' OR num_nonnulls(instructions, voice,
    input_audio_transcription, turn_detection, tool_choice, upstream_config) > 0);
  UPDATE usage_record SET usage = '{}' WHERE (session_id, source, response_id) IN (
    SELECT session_id, source, response_id FROM usage_record
    WHERE session_id = ANY (chosen) AND usage <> '{}' LIMIT most_reports
  );
  GET DIAGNOSTICS blanked = ROW_COUNT;
  -- A caller decides how many reports a session has: there may be more.
  IF blanked = most_reports THEN
    RETURN after;
  END IF;
  RETURN CASE WHEN cardinality(chosen) = most THEN chosen[most] END;
END $$;

-- Deletes what identifies a person in the trail, at most `most` at a time, and says how much it was; less is all that
-- there was. Only of one whose erasure has begun, and by its owner: the gateway's role can delete nothing there.
CREATE FUNCTION erase_identities(of_user uuid, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  erased integer;
BEGIN
  -- In a statement of its own: what somebody else is deleting is gone for the next, which would else find it, wait for
  -- it, and say that nothing was left.
  PERFORM FROM end_user WHERE id = of_user AND erasure_began_at IS NOT NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM audit_identity WHERE event_id IN (
    SELECT event_id FROM audit_identity WHERE user_id = of_user ORDER BY event_id LIMIT most
  );
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;

-- Notes that nothing is left of a person.
CREATE FUNCTION end_erasure(of_user uuid) RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE end_user SET erased_at = clock_timestamp()
  WHERE id = of_user AND erasure_began_at IS NOT NULL AND erased_at IS NULL;
  RETURN QUERY SELECT * FROM end_user WHERE id = of_user;
END $$;
