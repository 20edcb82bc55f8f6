-- The ledger: applications, users, sessions and the audit trail, and the functions that fill them.

-- ------------------------------------------------------------------ ids

-- UUIDv7 (RFC 9562, method 3: twelve bits below the millisecond), so that ids made in different
-- microseconds sort by time and a primary key doubles as "newest first". A time before 1970 or after
-- 10889 is refused: cut to 48 bits of milliseconds it would be the id of some other time.
CREATE FUNCTION uuidv7_at(at timestamptz) RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE
  us bigint := extract(epoch FROM at) * 1000000;
BEGIN
  IF us NOT BETWEEN 0 AND 281474976710655999 THEN
    RAISE 'A UUIDv7 cannot hold %', at USING ERRCODE = 'datetime_field_overflow';
  END IF;
  RETURN (lpad(to_hex(us / 1000), 12, '0') || '7' || lpad(to_hex(us % 1000 * 4096 / 1000), 3, '0')
          || right(gen_random_uuid()::text, 17))::uuid;
END $$;

-- The smallest id of that millisecond: bounds of partitions, and of filters by time. Times that no id can
-- hold come before or after all ids, so that a filter by any time means what it says.
CREATE FUNCTION uuidv7_floor(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN rpad(lpad(to_hex(
  least(greatest(floor(extract(epoch FROM at) * 1000), 0), 281474976710655)::bigint
), 12, '0'), 32, '0')::uuid;

-- ------------------------------------------------------------------ tables

CREATE TABLE application (
  id uuid PRIMARY KEY DEFAULT uuidv7_at(clock_timestamp()),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz(6) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX application_name_key ON application (name);
INSERT INTO application (name) VALUES ('default');

CREATE TABLE end_user (
  id uuid PRIMARY KEY DEFAULT uuidv7_at(clock_timestamp()),
  external_id text CHECK (length(external_id) BETWEEN 1 AND 255),
  created_at timestamptz(6) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX end_user_external_id_key ON end_user (external_id);

CREATE TABLE realtime_session (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  provider text NOT NULL,
  created_at timestamptz(6) NOT NULL,
  deadline timestamptz(6) NOT NULL,
  requested_ttl_seconds integer NOT NULL CHECK (requested_ttl_seconds BETWEEN 10 AND 7200),
  session_limit_seconds integer NOT NULL CHECK (session_limit_seconds > 0),
  outcome text CHECK (outcome IN ('ISSUED', 'FAILED', 'UNCONFIRMED')),
  settled_at timestamptz(6),
  expires_at timestamptz(6),
  secret_fingerprint text CHECK (secret_fingerprint ~ '^[0-9a-f]{64}$'),
  secret_fingerprint_key_id text,
  secret_prefix text CHECK (length(secret_prefix) <= 9),
  secret_last_four text CHECK (length(secret_last_four) <= 4),
  failure_code text,
  failure_upstream_status integer,
  failure_upstream_code text,
  failure_upstream_request_id text,
  upstream_session_id text,
  object text NOT NULL,
  type text NOT NULL CHECK (type IN ('REALTIME', 'TRANSCRIPTION')),
  model text NOT NULL,
  modalities text[] NOT NULL CHECK (modalities <@ ARRAY['TEXT', 'AUDIO']),
  instructions text,
  voice text,
  input_audio_format text CHECK (input_audio_format IN ('PCM16', 'G711_ULAW', 'G711_ALAW')),
  output_audio_format text CHECK (output_audio_format IN ('PCM16', 'G711_ULAW', 'G711_ALAW')),
  input_audio_transcription jsonb,
  turn_detection jsonb,
  input_audio_noise_reduction text CHECK (input_audio_noise_reduction IN ('NEAR_FIELD', 'FAR_FIELD')),
  tools jsonb NOT NULL CHECK (jsonb_typeof(tools) = 'array'),
  tool_choice jsonb,
  temperature double precision,
  max_response_output_tokens text CHECK (max_response_output_tokens ~ '^(inf|[1-9][0-9]*)$'),
  upstream_config jsonb,
  labels jsonb NOT NULL CHECK (jsonb_typeof(labels) = 'array'),
  PRIMARY KEY (id),
  -- What an outcome claims must be there, and nothing else: no secret's trace without an issue.
  CONSTRAINT realtime_session_outcome_complete CHECK (
    CASE outcome
      WHEN 'ISSUED' THEN settled_at IS NOT NULL AND expires_at IS NOT NULL AND failure_code IS NULL
        AND num_nonnulls(secret_fingerprint, secret_fingerprint_key_id, secret_prefix, secret_last_four) = 4
      WHEN 'FAILED' THEN settled_at IS NOT NULL AND failure_code IS NOT NULL
        AND num_nonnulls(expires_at, secret_fingerprint) = 0
      WHEN 'UNCONFIRMED' THEN settled_at IS NOT NULL AND failure_code IS NOT NULL
        AND num_nonnulls(expires_at, secret_fingerprint) = 0
      ELSE num_nonnulls(settled_at, expires_at, secret_fingerprint, failure_code) = 0
    END
  )
) PARTITION BY RANGE (id);
CREATE INDEX realtime_session_user_id_id_idx ON realtime_session (user_id, id);

CREATE TABLE audit_event (
  id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
  outcome text NOT NULL CHECK (outcome IN ('SUCCEEDED', 'DENIED', 'FAILED')),
  actor_kind text NOT NULL CHECK (actor_kind IN ('APPLICATION', 'USER', 'OPERATOR', 'SYSTEM')),
  actor_name text NOT NULL,
  actor_application_id uuid,
  actor_user_id uuid,
  user_id uuid,
  session_id uuid,
  request_id text,
  ip_address text,
  user_agent text,
  detail jsonb NOT NULL CHECK (jsonb_typeof(detail) = 'object'),
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX audit_event_session_id_id_idx ON audit_event (session_id, id);

-- ------------------------------------------------------------------ partitions

-- Creates the monthly partitions (months in UTC) of both tables that cover [from, to] and are missing;
-- returns how many it made. There is no default partition: retention drops partitions, and a row
-- without one is an error that the readiness of the ledger foresees, not a place to hide.
CREATE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', "from" AT TIME ZONE 'UTC');
  parents constant text[] := ARRAY['realtime_session', 'audit_event'];
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

-- ------------------------------------------------------------------ reading

-- A session's status, from stored facts and a clock. One expression for fields, filters and counts;
-- plain SQL, so that the planner sees through it.
CREATE FUNCTION session_status(outcome text, deadline timestamptz, expires_at timestamptz, at timestamptz)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN outcome = 'ISSUED' THEN CASE WHEN expires_at > at THEN 'ACTIVE' ELSE 'EXPIRED' END
  WHEN outcome IS NOT NULL THEN outcome
  WHEN deadline > at THEN 'PENDING'
  ELSE 'UNCONFIRMED'
END;

-- ------------------------------------------------------------------ writing

-- Reserves a session in one round trip: locks the user's row (making it for somebody new), and only
-- then reads the clock, so that a later id is never committed before an earlier one of the same user;
-- inserts the PENDING session and its audit event. One function, because each of its statements takes
-- a new snapshot under READ COMMITTED: what follows the lock sees what the lock waited for.
--   session: columns of realtime_session that the gateway decides
--   event:   columns of audit_event that say who asked
CREATE FUNCTION reserve_session(external_user_id text, settle_within interval, session jsonb, event jsonb)
RETURNS SETOF realtime_session
LANGUAGE plpgsql AS $$
DECLARE
  row_ realtime_session;
  trail audit_event;
BEGIN
  row_ := jsonb_populate_record(NULL::realtime_session, session);

  SELECT id INTO row_.user_id FROM end_user WHERE external_id = external_user_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- The update part only takes the lock when somebody else has just made the same user.
    INSERT INTO end_user (external_id) VALUES (external_user_id)
    ON CONFLICT (external_id) DO UPDATE SET external_id = EXCLUDED.external_id
    RETURNING id INTO row_.user_id;
  END IF;

  row_.created_at := clock_timestamp();
  row_.id := uuidv7_at(row_.created_at);
  row_.deadline := row_.created_at + settle_within;
  INSERT INTO realtime_session VALUES (row_.*);

  trail := jsonb_populate_record(NULL::audit_event, event);
  trail.at := row_.created_at;
  trail.id := uuidv7_at(trail.at);
  trail.user_id := row_.user_id;
  trail.session_id := row_.id;
  INSERT INTO audit_event VALUES (trail.*);

  RETURN NEXT row_;
END $$;
