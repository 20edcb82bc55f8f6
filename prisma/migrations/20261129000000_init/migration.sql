-- The schema of Gatehouse. What Prisma's schema cannot express is only here: partitions, CHECKs, partial indexes,
-- functions. The gateway grants its role what it needs at each start (src/platform/database/migrate.ts).
--
-- The text of each function between "-- begin FILE" and "-- end FILE" is a copy of that file. Change the file, then:
-- npm run migration -- NAME

-- ------------------------------------------------------------------ ids

-- begin src/platform/database/uuidv7-at.sql
-- Makes a UUIDv7 of a time (RFC 9562, method 3: twelve bits below the millisecond): ids of different microseconds sort
-- by time, and reading the primary key backwards reads the newest first. Refuses a time before 1970 or after 10889:
-- its milliseconds do not fit into 48 bits.
CREATE OR REPLACE FUNCTION uuidv7_at(at timestamptz) RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE
  us bigint := extract(epoch FROM at) * 1000000;
BEGIN
  IF us NOT BETWEEN 0 AND 281474976710655999 THEN
    RAISE 'A UUIDv7 cannot hold %', at USING ERRCODE = 'datetime_field_overflow';
  END IF;
  -- 48 bits of milliseconds, the version, 12 bits below the millisecond; then the variant and 62 bits of chance.
  RETURN encode(int8send(us / 1000 << 16 | 28672 | us % 1000 * 4096 / 1000)
    || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid;
END $$;
-- end src/platform/database/uuidv7-at.sql

-- begin src/platform/database/uuidv7-floor.sql
-- Returns the smallest id of a millisecond: the bound of a partition, or of a filter by time. A time that no id can
-- have is cut to the nearest that one can, so that a filter by any time is right. In PL/pgSQL, because a function in SQL
-- that is not inlined, as this one cannot be, is parsed and planned again by each statement.
CREATE OR REPLACE FUNCTION uuidv7_floor(at timestamptz) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  RETURN rpad(lpad(to_hex(
    least(greatest(floor(extract(epoch FROM at) * 1000), 0), 281474976710655)::bigint
  ), 12, '0'), 32, '0')::uuid;
END $$;
-- end src/platform/database/uuidv7-floor.sql

-- ------------------------------------------------------------------ applications and users

-- A limit that is null is inherited: a user's from the application, an application's from the configuration. Models and
-- providers are jsonb, because in Prisma a list cannot be null.
CREATE TABLE application (
  id uuid PRIMARY KEY DEFAULT uuidv7_at(clock_timestamp()),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  allowed_models jsonb CHECK (jsonb_typeof(allowed_models) = 'array'),
  allowed_providers jsonb CHECK (jsonb_typeof(allowed_providers) = 'array'),
  max_ttl_seconds integer CHECK (max_ttl_seconds BETWEEN 10 AND 7200),
  max_active_sessions integer CHECK (max_active_sessions >= 0),
  max_mints_per_minute integer CHECK (max_mints_per_minute >= 0),
  max_mints_per_day integer CHECK (max_mints_per_day >= 0),
  monthly_budget_usd numeric CHECK (monthly_budget_usd >= 0),
  max_call_seconds integer CHECK (max_call_seconds BETWEEN 10 AND 3600),
  brokered_only boolean
);
CREATE UNIQUE INDEX application_name_key ON application (name);
INSERT INTO application (name) VALUES ('default');

-- A key has 32 random bytes, so a plain hash of it cannot be reversed by trying. The key itself is shown once and not
-- stored.
CREATE TABLE api_key (
  id uuid PRIMARY KEY,
  application_id uuid NOT NULL REFERENCES application (id),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  key_hash text NOT NULL CHECK (key_hash ~ '^[0-9a-f]{64}$'),
  last_four text NOT NULL CHECK (length(last_four) = 4),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['SESSIONS_CREATE', 'SESSIONS_READ', 'SESSIONS_REVOKE', 'USAGE_READ',
    'USAGE_WRITE', 'AUDIT_READ', 'USERS_READ', 'USERS_WRITE', 'POLICIES_WRITE', 'APPLICATIONS_WRITE']),
  reach text NOT NULL CHECK (reach IN ('OWN_APPLICATION', 'EVERYTHING')),
  created_at timestamptz(6) NOT NULL,
  expires_at timestamptz(6),
  last_used_at timestamptz(6),
  revoked_at timestamptz(6)
);
CREATE INDEX api_key_application_id_id_idx ON api_key (application_id, id);

CREATE TABLE end_user (
  id uuid PRIMARY KEY DEFAULT uuidv7_at(clock_timestamp()),
  external_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  suspended_at timestamptz(6),
  -- When the newest session was reserved; null before the first. Stored, because finding the newest session of each user
  -- would read all sessions.
  last_session_at timestamptz(6),
  -- From then on the person has no external id, and no session is issued to it.
  erasure_began_at timestamptz(6),
  -- Since then nothing of the person is left.
  erased_at timestamptz(6),
  allowed_models jsonb,
  allowed_providers jsonb,
  max_ttl_seconds integer,
  max_active_sessions integer,
  max_mints_per_minute integer,
  max_mints_per_day integer,
  monthly_budget_usd numeric,
  max_call_seconds integer,
  brokered_only boolean
);
CREATE UNIQUE INDEX end_user_external_id_key ON end_user (external_id);
CREATE INDEX end_user_external_id_prefix_idx ON end_user (external_id text_pattern_ops) WHERE external_id IS NOT NULL;
-- Users without a session come last, as if it had been at -infinity: a comparison with null is never true.
CREATE INDEX end_user_last_session_idx ON end_user ((coalesce(last_session_at, '-infinity')), id);
CREATE INDEX end_user_suspended_idx ON end_user (id) WHERE suspended_at IS NOT NULL;
CREATE INDEX end_user_erasing_idx ON end_user (id) WHERE erasure_began_at IS NOT NULL AND erased_at IS NULL;

-- The users that an application has or had a session of: the only people that it sees.
CREATE TABLE application_user (
  application_id uuid NOT NULL REFERENCES application (id),
  user_id uuid NOT NULL REFERENCES end_user (id),
  last_session_at timestamptz(6) NOT NULL,
  first_session_at timestamptz(6) NOT NULL DEFAULT now(),
  PRIMARY KEY (application_id, user_id)
);
CREATE INDEX application_user_user_id_idx ON application_user (user_id);
CREATE INDEX application_user_last_session_idx ON application_user (application_id, last_session_at, user_id);

-- ------------------------------------------------------------------ sessions

CREATE TABLE realtime_session (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  provider text NOT NULL,
  created_at timestamptz(6) NOT NULL,
  deadline timestamptz(6) NOT NULL,
  requested_ttl_seconds integer NOT NULL,
  session_limit_seconds integer NOT NULL,
  outcome text,
  settled_at timestamptz(6),
  revoked_at timestamptz(6),
  expires_at timestamptz(6),
  -- When the event session.expired was written; null before. The status does not depend on it.
  expiry_announced_at timestamptz(6),
  secret_fingerprint text,
  secret_fingerprint_key_id text,
  secret_prefix text,
  secret_last_four text,
  failure_code text,
  failure_upstream_status integer,
  failure_upstream_code text,
  failure_upstream_param text,
  failure_upstream_request_id text,
  failure_retry_at timestamptz(6),
  upstream_session_id text,
  object text NOT NULL,
  type text NOT NULL,
  model text NOT NULL,
  modalities text[] NOT NULL,
  instructions text,
  voice text,
  input_audio_format text,
  output_audio_format text,
  input_audio_transcription jsonb,
  turn_detection jsonb,
  input_audio_noise_reduction jsonb,
  tools jsonb NOT NULL,
  tool_choice jsonb,
  temperature double precision,
  max_response_output_tokens text,
  output_language text,
  upstream_config jsonb,
  labels jsonb NOT NULL,
  -- BROKERED: the secret is the gateway's own, and opens one realtime_call.
  connection text NOT NULL DEFAULT 'DIRECT',
  -- Of its call: how long it may last, and how long nobody may speak (0: for ever).
  max_call_seconds integer,
  idle_seconds integer,
  -- What the call is opened with.
  call_request jsonb,
  -- When the secret was used up.
  redeemed_at timestamptz(6),
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);

-- The newest first: of a user, of an application, by outcome, by model.
CREATE INDEX realtime_session_user_id_id_idx ON realtime_session (user_id, id);
CREATE INDEX realtime_session_application_id_id_idx ON realtime_session (application_id, id);
CREATE INDEX realtime_session_outcome_id_idx ON realtime_session (outcome, id);
CREATE INDEX realtime_session_model_id_idx ON realtime_session (model, id);
-- By the reason why there is no secret, which few sessions have.
CREATE INDEX realtime_session_failure_idx ON realtime_session (failure_code, id) WHERE failure_code IS NOT NULL;
CREATE INDEX realtime_session_revoked_idx ON realtime_session (id) WHERE revoked_at IS NOT NULL;
CREATE INDEX realtime_session_upstream_idx ON realtime_session (upstream_session_id)
  WHERE upstream_session_id IS NOT NULL;
-- The few sessions that are pending, and the few that are live: by the primary key they would be searched among all.
CREATE INDEX realtime_session_unsettled_idx ON realtime_session (id) WHERE outcome IS NULL;
CREATE INDEX realtime_session_live_idx ON realtime_session (id)
  WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL;
CREATE INDEX realtime_session_brokered_idx ON realtime_session (id) WHERE connection = 'BROKERED';
-- The soonest expiry first: ACTIVE sessions, and those whose expiry is to be announced.
CREATE INDEX realtime_session_expiring_idx ON realtime_session (expires_at, id)
  WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL;
-- What quotas count. Few sessions are pending at a time, so the second index stays small.
CREATE INDEX realtime_session_issued_idx ON realtime_session (user_id, expires_at) WHERE outcome = 'ISSUED';
CREATE INDEX realtime_session_open_idx ON realtime_session (user_id, deadline) WHERE outcome IS NULL;
-- Labels that few sessions have, or none. Without fast updates, which would make one mint in many pay for the others.
CREATE INDEX realtime_session_labels_idx ON realtime_session USING gin (labels jsonb_path_ops) WITH (fastupdate = off)
  WHERE labels <> '[]';
-- Only compared for equality, and rarely: a hash index is less than half as large as a B-tree over 64 characters.
CREATE INDEX realtime_session_secret_fingerprint_idx ON realtime_session USING hash (secret_fingerprint);

-- The call of a BROKERED session, from the use of its secret on: one at most, so it goes by the session's id. The gateway
-- that owns it watches it, and has to renew the lease. Its status is derived (src/calls/call-status.sql).
CREATE TABLE realtime_call (
  session_id uuid NOT NULL,
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  created_at timestamptz(6) NOT NULL,
  -- A gateway that has not said by then what became of the offer is gone.
  connect_by timestamptz(6) NOT NULL,
  -- Whatever is known of it: by then the provider has ended it. Until it has ended, it counts for quotas.
  must_end_by timestamptz(6) NOT NULL,
  -- What the provider made: null while that is not known.
  upstream_call_id text CHECK (length(upstream_call_id) BETWEEN 1 AND 255),
  -- The provider's key that opened it, which has to end it.
  provider_key_id text,
  connected_at timestamptz(6),
  deadline_at timestamptz(6),
  last_activity_at timestamptz(6),
  -- When it became known that nobody will know whether there is a call.
  uncertain_at timestamptz(6),
  owner_instance text,
  lease_until timestamptz(6),
  -- Somebody asked for the end, and the owner has to hang up.
  end_requested_at timestamptz(6),
  end_requested_reason text CHECK (end_requested_reason IN ('CLIENT_ENDED', 'OPERATOR', 'REVOKED', 'SUSPENDED')),
  -- Who asked, as columns of audit_event, for the event of the end; null again afterwards.
  end_requested_by jsonb,
  ended_at timestamptz(6),
  end_reason text CHECK (end_reason IN ('CLIENT_ENDED', 'DEADLINE', 'IDLE', 'BUDGET', 'REVOKED', 'SUSPENDED', 'OPERATOR',
    'UPSTREAM_ENDED', 'UPSTREAM_REFUSED', 'ATTACH_FAILED', 'WATCH_LOST', 'UNKNOWN')),
  -- Fields of the config that the browser changed, by their names on the wire.
  drifted_fields text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (session_id),
  CONSTRAINT realtime_call_opened CHECK (
    num_nonnulls(upstream_call_id, provider_key_id, connected_at, deadline_at, last_activity_at) IN (0, 5)
  ),
  CONSTRAINT realtime_call_ended CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
  CONSTRAINT realtime_call_end_requested CHECK ((end_requested_at IS NULL) = (end_requested_reason IS NULL))
) PARTITION BY RANGE (session_id);
-- The newest first: of all, of a user, of an application.
CREATE INDEX realtime_call_created_at_session_id_idx ON realtime_call (created_at, session_id);
CREATE INDEX realtime_call_user_id_created_at_session_id_idx ON realtime_call (user_id, created_at, session_id);
CREATE INDEX realtime_call_application_id_created_at_session_id_idx ON realtime_call (application_id, created_at, session_id);
-- The few that have not ended: what quotas count, and by whom and until when they are watched.
CREATE INDEX realtime_call_open_idx ON realtime_call (user_id) WHERE ended_at IS NULL;
CREATE INDEX realtime_call_lease_idx ON realtime_call (lease_until, session_id) WHERE ended_at IS NULL;
CREATE INDEX realtime_call_owner_idx ON realtime_call (owner_instance, session_id) WHERE ended_at IS NULL;
CREATE INDEX realtime_call_end_requested_idx ON realtime_call (end_requested_at, session_id)
  WHERE ended_at IS NULL AND end_requested_at IS NOT NULL;
CREATE INDEX realtime_call_must_end_idx ON realtime_call (must_end_by) WHERE ended_at IS NULL;

-- One key for each caller and user. input_hash is keyed, because the input may hold a secret.
CREATE TABLE idempotency_key (
  user_id uuid NOT NULL,
  caller text NOT NULL,
  key text NOT NULL,
  input_hash text NOT NULL,
  input_hash_key_id text NOT NULL,
  session_id uuid NOT NULL,
  created_at timestamptz(6) NOT NULL,
  PRIMARY KEY (user_id, caller, key)
);
CREATE INDEX idempotency_key_created_at_idx ON idempotency_key (created_at);

-- ------------------------------------------------------------------ the audit trail

CREATE TABLE audit_event (
  id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  actor_kind text NOT NULL,
  actor_name text NOT NULL,
  actor_application_id uuid,
  actor_user_id uuid,
  actor_api_key_id uuid,
  -- What the event is about. It is known when the event is written, or never: events do not change.
  application_id uuid,
  user_id uuid,
  session_id uuid,
  request_id text,
  ip_address text,
  user_agent text,
  detail jsonb NOT NULL,
  -- SHA-256 of the event's audit_identity, with its salt; null when the event identifies nobody.
  identity text,
  PRIMARY KEY (id)
) PARTITION BY RANGE (id);
CREATE INDEX audit_event_session_id_id_idx ON audit_event (session_id, id);
-- Other filters read the trail in order: every mint would write each further index.
CREATE INDEX audit_event_user_id_id_idx ON audit_event (user_id, id);
-- The few events that explain why a part of the trail is missing.
CREATE INDEX audit_event_gone_idx ON audit_event (id) WHERE action IN ('trail.checkpointed', 'user.erased');
-- What statistics count. A mint that is not denied does not write it.
CREATE INDEX audit_event_denied_idx ON audit_event (id) WHERE action = 'session.denied';

-- What identifies a person in an event. It is stored beside the event, so that it can be deleted without changing what
-- was sealed.
CREATE TABLE audit_identity (
  event_id uuid NOT NULL,
  user_id uuid NOT NULL,
  -- Random, so that nobody can find the values by trying after they are deleted.
  salt text NOT NULL CHECK (length(salt) >= 32),
  actor_name text,
  ip_address text,
  user_agent text,
  -- Free text from the caller, which may name somebody.
  reason text,
  PRIMARY KEY (event_id)
) PARTITION BY RANGE (event_id);
CREATE INDEX audit_identity_user_id_event_id_idx ON audit_identity (user_id, event_id);

-- Sealing gives each event a sequence without gaps and a keyed MAC, and each batch of events a signed head, chained to
-- the head before. The gateway has the keys; the database never sees them.
-- A seal names neither its batch nor its key: both are those of the head whose range contains its sequence. It has no
-- foreign key: it has to outlive its event, so that a missing event is found.
CREATE TABLE audit_seal (
  sequence bigint NOT NULL CHECK (sequence > 0),
  event_id uuid NOT NULL,
  mac bytea NOT NULL CHECK (length(mac) = 32),
  PRIMARY KEY (sequence)
);
CREATE UNIQUE INDEX audit_seal_event_id_key ON audit_seal (event_id);

CREATE TABLE audit_head (
  batch bigint NOT NULL CHECK (batch > 0),
  first_sequence bigint NOT NULL,
  last_sequence bigint NOT NULL,
  -- SHA-256 of the batch's MACs, in order.
  digest bytea NOT NULL CHECK (length(digest) = 32),
  sealed_at timestamptz(6) NOT NULL,
  key_id text NOT NULL,
  -- Over all columns above, and the MAC of the head before.
  mac bytea NOT NULL CHECK (length(mac) = 32),
  PRIMARY KEY (batch),
  CONSTRAINT audit_head_not_empty CHECK (last_sequence >= first_sequence)
);

-- ------------------------------------------------------------------ usage

-- One report of one response, or a correction of one. The user's client and the application may both report it; then the
-- application's counts. Of a BROKERED session's call the provider itself reports, and nobody else. A corrected record stays, and does not count.
-- cost is in US dollars, exact. Without a known price both cost and price are null.
CREATE TABLE usage_record (
  session_id uuid NOT NULL,
  source text NOT NULL CHECK (source IN ('APPLICATION', 'CLIENT', 'PROVIDER')),
  response_id text NOT NULL CHECK (length(response_id) BETWEEN 1 AND 255),
  user_id uuid NOT NULL,
  application_id uuid NOT NULL,
  model text NOT NULL,
  provider text NOT NULL,
  at timestamptz(6) NOT NULL,
  reported_at timestamptz(6) NOT NULL,
  counted boolean NOT NULL,
  input_text_tokens bigint NOT NULL CHECK (input_text_tokens >= 0),
  input_audio_tokens bigint NOT NULL CHECK (input_audio_tokens >= 0),
  input_image_tokens bigint NOT NULL CHECK (input_image_tokens >= 0),
  cached_text_tokens bigint NOT NULL CHECK (cached_text_tokens BETWEEN 0 AND input_text_tokens),
  cached_audio_tokens bigint NOT NULL CHECK (cached_audio_tokens BETWEEN 0 AND input_audio_tokens),
  cached_image_tokens bigint NOT NULL CHECK (cached_image_tokens BETWEEN 0 AND input_image_tokens),
  output_text_tokens bigint NOT NULL CHECK (output_text_tokens >= 0),
  output_audio_tokens bigint NOT NULL CHECK (output_audio_tokens >= 0),
  total_tokens bigint NOT NULL CHECK (total_tokens = input_text_tokens + input_audio_tokens + input_image_tokens
    + output_text_tokens + output_audio_tokens),
  transcription_seconds numeric NOT NULL CHECK (transcription_seconds >= 0),
  cost numeric CHECK (cost >= 0),
  price jsonb,
  usage jsonb NOT NULL CHECK (jsonb_typeof(usage) = 'object'),
  -- Whether the cost is an upper bound: the report did not tell all that it depends on.
  estimated boolean NOT NULL DEFAULT false,
  -- 0 is a report, and each correction of it is one more. The gateway may change no number of a record.
  revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  -- The label key that the gateway named when this was reported, and the session's value of it; empty: none.
  label_key text NOT NULL DEFAULT '',
  label text NOT NULL DEFAULT '',
  PRIMARY KEY (session_id, source, response_id, revision),
  CONSTRAINT usage_record_priced CHECK ((cost IS NULL) = (price IS NULL)),
  CONSTRAINT usage_record_estimated CHECK (NOT estimated OR cost IS NOT NULL)
) PARTITION BY RANGE (session_id);
-- For the parts of an interval before its first and after its last full quarter of an hour.
CREATE INDEX usage_record_user_id_at_idx ON usage_record (user_id, at);
CREATE INDEX usage_record_at_idx ON usage_record (at);

-- Sums of the counted records by quarter of an hour, over all users. Reports of all users would contend for its rows, so
-- a report does not write them: it inserts a usage_part, and periodic work adds those up. A reader sums both tables.
CREATE TABLE usage_sum (
  bucket timestamptz(6) NOT NULL,
  application_id uuid NOT NULL,
  model text NOT NULL,
  provider text NOT NULL,
  responses bigint NOT NULL,
  input_text_tokens bigint NOT NULL,
  input_audio_tokens bigint NOT NULL,
  input_image_tokens bigint NOT NULL,
  cached_text_tokens bigint NOT NULL,
  cached_audio_tokens bigint NOT NULL,
  cached_image_tokens bigint NOT NULL,
  output_text_tokens bigint NOT NULL,
  output_audio_tokens bigint NOT NULL,
  total_tokens bigint NOT NULL,
  transcription_seconds numeric NOT NULL,
  known_cost numeric NOT NULL,
  unpriced bigint NOT NULL,
  -- The part of known_cost that is an upper bound.
  estimated_cost numeric NOT NULL,
  -- Those of the records. Of what was erased the key is empty, and the label a random text.
  label_key text NOT NULL DEFAULT '',
  label text NOT NULL DEFAULT '',
  PRIMARY KEY (bucket, application_id, model, provider, label_key, label)
);
CREATE TABLE usage_part (
  id uuid PRIMARY KEY DEFAULT uuidv7_at(clock_timestamp()),
  LIKE usage_sum INCLUDING DEFAULTS
);

-- The same sums of each user. Whoever writes a row holds its user's lock.
CREATE TABLE usage_rollup (
  user_id uuid NOT NULL,
  LIKE usage_sum INCLUDING DEFAULTS,
  PRIMARY KEY (user_id, bucket, application_id, model, provider, label_key, label)
);
CREATE INDEX usage_rollup_bucket_idx ON usage_rollup (bucket);

-- ------------------------------------------------------------------ statistics

-- Sums by quarter of an hour of what does not change any more: sessions by the time at which they were reserved, and
-- denied requests. A value that a row does not have is '' or the uuid of zeros. mint_times is a histogram
-- (src/statistics/mint-times.sql); null when none was issued.
CREATE TABLE session_sum (
  bucket timestamptz(6) NOT NULL,
  application_id uuid NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  failure_code text NOT NULL,
  denial_reason text NOT NULL,
  issued integer NOT NULL,
  failed integer NOT NULL,
  unconfirmed integer NOT NULL,
  revoked integer NOT NULL,
  denied integer NOT NULL,
  mint_times numeric,
  PRIMARY KEY (bucket, application_id, provider, model, failure_code, denial_reason)
);

-- The same sums of each user.
CREATE TABLE session_rollup (
  user_id uuid NOT NULL,
  LIKE session_sum,
  PRIMARY KEY (user_id, bucket, application_id, provider, model, failure_code, denial_reason)
);
CREATE INDEX session_rollup_bucket_idx ON session_rollup (bucket);

-- One row: everything before `summed_to` is in the sums; `as_of` is when that was found out.
CREATE TABLE session_sum_progress (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  summed_to timestamptz(6) NOT NULL,
  as_of timestamptz(6) NOT NULL
);
INSERT INTO session_sum_progress (summed_to, as_of) VALUES ('epoch', 'epoch');

-- ------------------------------------------------------------------ functions, each after those that it calls

-- begin src/retention/create-partitions.sql
-- Creates the missing monthly partitions (months in UTC) of all partitioned tables over [from, to]; returns how many.
-- There is no default partition: retention drops whole partitions, and a row without one has to be an error. Readiness
-- reports a missing partition before a row needs it.
CREATE OR REPLACE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', "from" AT TIME ZONE 'UTC');
  parents constant text[] := ARRAY['realtime_session', 'realtime_call', 'audit_event', 'audit_identity', 'usage_record'];
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
        -- Created alone, then attached: CREATE TABLE … PARTITION OF takes a lock on the parent that waits for every
        -- statement in progress, and that every later statement waits for.
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', partition, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
          uuidv7_floor(month AT TIME ZONE 'UTC'), uuidv7_floor((month + interval '1 month') AT TIME ZONE 'UTC'));
        made := made + 1;
      END IF;
    END LOOP;
    month := month + interval '1 month';
  END LOOP;

  -- Only the grants of the parent decide who may write. The owner's default privileges, or a GRANT on all tables, could
  -- have granted writing to a partition itself: revoke it. SELECT stays, because a backup reads each partition by name.
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
-- end src/retention/create-partitions.sql

-- begin src/users/named-user.sql
-- Returns the id of the user that a token names. Creates the user if it is new (its requests were only refused so far),
-- because what identifies a person has to belong to a row that can be erased. Its lock makes an erasure, which removes
-- the external id, wait until the event is committed.
CREATE OR REPLACE FUNCTION named_user(called text) RETURNS uuid
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
-- end src/users/named-user.sql

-- begin src/audit/write-event.sql
-- Inserts an audit event. The arguments are those of prepare_event.
CREATE OR REPLACE FUNCTION write_event(
  by jsonb, at timestamptz, action text, outcome text, application_id uuid, user_id uuid, session_id uuid, detail jsonb
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO audit_event SELECT e.*
  FROM prepare_event(by, at, action, outcome, application_id, user_id, session_id, detail) AS e;
END $$;
-- end src/audit/write-event.sql

-- begin src/users/lock-user.sql
-- Locks a user and returns it. Finds it by its id; or by its external id, and then creates it if it is new. Returns
-- null when there is no user of that id.
CREATE OR REPLACE FUNCTION lock_user(of_user uuid, external_user_id text) RETURNS end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user;
BEGIN
  IF of_user IS NOT NULL THEN
    SELECT * INTO person FROM end_user WHERE id = of_user FOR NO KEY UPDATE;
    RETURN person;
  END IF;
  SELECT * INTO person FROM end_user WHERE external_id = external_user_id FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    -- DO UPDATE changes nothing: it locks the row that another transaction has just inserted.
    INSERT INTO end_user (external_id) VALUES (external_user_id)
    ON CONFLICT (external_id) DO UPDATE SET external_id = EXCLUDED.external_id
    RETURNING * INTO person;
  END IF;
  RETURN person;
END $$;
-- end src/users/lock-user.sql

-- begin src/sessions/session-status.sql
-- Computes a session's status from its row and the time. REVOKED outranks ACTIVE and EXPIRED; revoked_at means nothing
-- while a session is not issued. It is plain SQL, so that the planner can inline it.
-- src/sessions/session-conditions.db.ts has the same rule as conditions that an index can answer.
CREATE OR REPLACE FUNCTION session_status(
  outcome text, deadline timestamptz, expires_at timestamptz, revoked_at timestamptz, at timestamptz
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN outcome = 'ISSUED' AND revoked_at IS NOT NULL THEN 'REVOKED'
  WHEN outcome = 'ISSUED' THEN CASE WHEN expires_at > at THEN 'ACTIVE' ELSE 'EXPIRED' END
  WHEN outcome IS NOT NULL THEN outcome
  WHEN deadline > at THEN 'PENDING'
  ELSE 'UNCONFIRMED'
END;
-- end src/sessions/session-status.sql

-- begin src/limits/quota-usage.sql
-- Counts how much of a user's quotas is used at a time, in one look at the sessions of a day. A pending session is active
-- until its deadline, an issued one until its secret expires, revoked or not: the provider lets a revoked secret work on.
-- Whatever the provider's clock says of the expiry, a session is active for the requested lifetime at least. No session is
-- active for a day: it is settled within an hour, its lifetime is at most two, and an expiry much later than was asked for
-- is not believed (settle-mint.ts). The secret of a BROKERED session is the gateway's own: it counts until it expires, is
-- used or revoked, and then its call does until that has ended. Every reservation is a mint.
--   overdue: pending sessions whose deadline has passed: they may have been settled in time by a transaction that is
--     committed late
CREATE OR REPLACE FUNCTION quota_usage(of_user uuid, at timestamptz)
RETURNS TABLE (active integer, last_minute integer, last_day integer, overdue integer)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    count(*) FILTER (WHERE CASE outcome
      WHEN 'ISSUED' THEN CASE connection
        WHEN 'DIRECT' THEN expires_at > at OR created_at + make_interval(secs => requested_ttl_seconds) > at
        ELSE expires_at > at AND num_nonnulls(redeemed_at, revoked_at) = 0
      END
      ELSE outcome IS NULL AND deadline > at
    END)::integer
      + (SELECT count(*) FROM realtime_call WHERE user_id = of_user AND ended_at IS NULL AND must_end_by > at)::integer,
    count(*) FILTER (WHERE created_at > at - interval '1 minute')::integer,
    count(*) FILTER (WHERE created_at > at - interval '1 day')::integer,
    count(*) FILTER (WHERE outcome IS NULL AND deadline <= at)::integer
  FROM realtime_session
  WHERE user_id = of_user AND id >= uuidv7_floor(at - interval '1 day');
END;
-- end src/limits/quota-usage.sql

-- begin src/limits/effective-policy.sql
-- Merges the limits for a user and an application: each comes from the user, else the application, else the defaults.
-- mergePolicies in src/limits/policy.ts does the same for reading; a test holds the two together. Numbers in jsonb are
-- exact, but those of JSON.stringify are not, so the default budget comes as text. STABLE, as jsonb_build_object is: only
-- so it is inlined.
CREATE OR REPLACE FUNCTION effective_policy(person end_user, app application, defaults jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'allowedModels', coalesce(person.allowed_models, app.allowed_models, defaults->'allowedModels'),
  'allowedProviders', coalesce(person.allowed_providers, app.allowed_providers, defaults->'allowedProviders'),
  'maxTtlSeconds', coalesce(person.max_ttl_seconds, app.max_ttl_seconds, (defaults->>'maxTtlSeconds')::integer),
  'maxActiveSessions',
    coalesce(person.max_active_sessions, app.max_active_sessions, (defaults->>'maxActiveSessions')::integer),
  'maxMintsPerMinute',
    coalesce(person.max_mints_per_minute, app.max_mints_per_minute, (defaults->>'maxMintsPerMinute')::integer),
  'maxMintsPerDay', coalesce(person.max_mints_per_day, app.max_mints_per_day, (defaults->>'maxMintsPerDay')::integer),
  'monthlyBudgetUsd',
    coalesce(person.monthly_budget_usd, app.monthly_budget_usd, (defaults->>'monthlyBudgetUsd')::numeric),
  'maxCallSeconds', coalesce(person.max_call_seconds, app.max_call_seconds, (defaults->>'maxCallSeconds')::integer),
  'brokeredOnly', coalesce(person.brokered_only, app.brokered_only, (defaults->>'brokeredOnly')::boolean)
);
-- end src/limits/effective-policy.sql

-- begin src/limits/exceeded-quota.sql
-- Returns the exceeded quota with the latest retryAt, as jsonb; null when none is exceeded. retryAt is when enough of
-- what was counted has ended or left its window, rounded up to whole milliseconds, as clients see times; null when
-- waiting does not help. For a pending session it assumes the latest end that it could have.
CREATE OR REPLACE FUNCTION exceeded_quota(of_user uuid, policy jsonb, at timestamptz) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  used record;
BEGIN
  SELECT * INTO used FROM quota_usage(of_user, at);
  -- The usual case: return before the query below, which computes retryAt, is planned.
  IF used.active < (policy->>'maxActiveSessions')::integer
    AND used.last_minute < (policy->>'maxMintsPerMinute')::integer
    AND used.last_day < (policy->>'maxMintsPerDay')::integer
  THEN
    RETURN NULL;
  END IF;

  RETURN (
    SELECT jsonb_build_object('quota', c.quota, 'limit', c."limit", 'used', c.used,
      'retryAt', date_trunc('milliseconds', retry.at + interval '999 microseconds'))
    FROM (VALUES
      ('ACTIVE_SESSIONS', (policy->>'maxActiveSessions')::integer, used.active),
      ('MINTS_PER_MINUTE', (policy->>'maxMintsPerMinute')::integer, used.last_minute),
      ('MINTS_PER_DAY', (policy->>'maxMintsPerDay')::integer, used.last_day)
    ) AS c (quota, "limit", used) CROSS JOIN LATERAL (
      SELECT CASE
        WHEN c."limit" = 0 THEN NULL
        WHEN c.quota = 'ACTIVE_SESSIONS' THEN (
          SELECT ends FROM (
            SELECT greatest(s.expires_at, s.created_at + make_interval(secs => s.requested_ttl_seconds))
            FROM realtime_session AS s
            WHERE s.user_id = of_user AND s.outcome = 'ISSUED' AND s.expires_at > exceeded_quota.at
              AND (s.connection = 'DIRECT' OR num_nonnulls(s.redeemed_at, s.revoked_at) = 0)
            UNION ALL
            SELECT CASE WHEN c.deadline_at > exceeded_quota.at THEN c.deadline_at ELSE c.must_end_by END
            FROM realtime_call AS c
            WHERE c.user_id = of_user AND c.ended_at IS NULL AND c.must_end_by > exceeded_quota.at
            UNION ALL
            SELECT early.ends FROM (
              SELECT s.created_at + make_interval(secs => s.requested_ttl_seconds) FROM realtime_session AS s
              WHERE s.user_id = of_user AND s.outcome = 'ISSUED' AND s.expires_at <= exceeded_quota.at
                AND s.connection = 'DIRECT' AND s.id >= uuidv7_floor(exceeded_quota.at - interval '1 day')
            ) AS early (ends) WHERE early.ends > exceeded_quota.at
            UNION ALL
            SELECT s.deadline + make_interval(secs => s.requested_ttl_seconds) FROM realtime_session AS s
            WHERE s.user_id = of_user AND s.outcome IS NULL AND s.deadline > exceeded_quota.at
          ) AS active (ends) ORDER BY ends OFFSET c.used - c."limit" LIMIT 1
        )
        ELSE (
          SELECT s.created_at + CASE c.quota WHEN 'MINTS_PER_MINUTE' THEN interval '1 minute' ELSE interval '1 day' END
          FROM realtime_session AS s WHERE s.user_id = of_user ORDER BY s.id DESC OFFSET c."limit" - 1 LIMIT 1
        )
      END
    ) AS retry (at)
    WHERE c.used >= c."limit"
    ORDER BY retry.at DESC NULLS FIRST LIMIT 1
  );
END $$;
-- end src/limits/exceeded-quota.sql

-- begin src/limits/reached-budget.sql
-- Returns the budget, as a plain decimal, when the user's known costs of the calendar month (UTC) around `at` have
-- reached it, over all applications; null when they have not. Without a budget it reads nothing.
CREATE OR REPLACE FUNCTION reached_budget(of_user uuid, policy jsonb, at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  budget constant numeric := (policy->>'monthlyBudgetUsd')::numeric;
BEGIN
  IF budget IS NULL THEN
    RETURN NULL;
  END IF;
  RETURN (SELECT CASE WHEN used >= budget THEN trim_scale(budget)::text END FROM budget_usage(of_user, at));
END $$;
-- end src/limits/reached-budget.sql

-- begin src/issuing/reserve-session.sql
-- Reserves a session or says why not, in one round trip. The request, verdict and detail are those of decide_reservation.
--   new_id, of_user, moment: of a session that is reserved now, the id, the user's id and created_at. The request says the rest.
--   session: the repeated one
CREATE OR REPLACE FUNCTION reserve_session(request jsonb)
RETURNS TABLE (verdict text, detail jsonb, new_id uuid, of_user uuid, moment timestamptz, session realtime_session)
-- force_generic_plan: otherwise each connection plans its first five mints one by one, over all partitions, while it
-- holds the user's lock.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  decided record;
BEGIN
  decided := decide_reservation(request);
  IF decided.verdict = 'reserved' THEN
    PERFORM write_reservations(ARRAY[decided.session], ARRAY[decided.event]);
  END IF;
  RETURN QUERY SELECT decided.verdict, decided.detail, (decided.session).id, (decided.session).user_id,
    (decided.session).created_at, decided.repeated;
END $$;
-- end src/issuing/reserve-session.sql

-- begin src/issuing/settle-overdue.sql
-- Settles as UNCONFIRMED at most `most` sessions whose deadline has passed at `moment`, oldest first; returns how many.
-- Skips rows that another transaction is settling.
CREATE OR REPLACE FUNCTION settle_overdue(most integer, by jsonb, moment timestamptz) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM realtime_session WHERE outcome IS NULL AND deadline <= moment
    ORDER BY deadline LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ), settled AS (
    UPDATE realtime_session AS s
    SET outcome = 'UNCONFIRMED', settled_at = moment, failure_code = 'not_settled'
    FROM due WHERE s.id = due.id AND s.outcome IS NULL
    RETURNING s.id, s.application_id, s.user_id, s.settled_at
  )
  SELECT count(write_event(by, settled_at, 'session.unconfirmed', 'FAILED', application_id, user_id, id,
    '{"code": "not_settled"}')::text)::integer
  FROM settled;
END;
-- end src/issuing/settle-overdue.sql

-- begin src/issuing/purge-idempotency-keys.sql
-- Deletes at most `most` idempotency keys that are older than `older_than` at `moment`, oldest first; returns how many.
CREATE OR REPLACE FUNCTION purge_idempotency_keys(older_than interval, most integer, moment timestamptz) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT user_id, caller, key FROM idempotency_key WHERE created_at < moment - older_than
    ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED
  ), purged AS (
    DELETE FROM idempotency_key AS k USING due
    WHERE k.user_id = due.user_id AND k.caller = due.caller AND k.key = due.key
    RETURNING 1
  )
  SELECT count(*)::integer FROM purged;
END;
-- end src/issuing/purge-idempotency-keys.sql

-- begin src/sessions/revoke-session.sql
-- Revokes a session that is PENDING or ACTIVE, or whose call has not ended, and asks for the end of the call; has no effect
-- on one that has ended. While it is pending, settling sees
-- the revocation. Returns no row when there is no such session. Locks the user first, like every other writer.
CREATE OR REPLACE FUNCTION revoke_session(of_session uuid, by jsonb) RETURNS SETOF realtime_session
LANGUAGE plpgsql AS $$
DECLARE
  session realtime_session;
  moment timestamptz;
BEGIN
  SELECT * INTO session FROM realtime_session WHERE id = of_session;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM lock_user(session.user_id, NULL);
  SELECT * INTO session FROM realtime_session WHERE id = of_session FOR NO KEY UPDATE;
  moment := clock_timestamp();
  IF session.revoked_at IS NULL
    AND (session_status(session.outcome, session.deadline, session.expires_at, NULL, moment) IN ('PENDING', 'ACTIVE')
      OR session.redeemed_at IS NOT NULL
        AND EXISTS (SELECT FROM realtime_call WHERE session_id = of_session AND ended_at IS NULL AND must_end_by > moment))
  THEN
    UPDATE realtime_session SET revoked_at = moment WHERE id = of_session RETURNING * INTO session;
    -- The reason may name somebody, so it comes in by->'personal' and is stored in audit_identity.
    PERFORM write_event(by, moment, 'session.revoked', 'SUCCEEDED', session.application_id, session.user_id,
      of_session, '{"reason": null}');
    IF session.redeemed_at IS NOT NULL THEN
      UPDATE realtime_call SET end_requested_at = moment, end_requested_reason = 'REVOKED'
      WHERE session_id = of_session AND ended_at IS NULL AND end_requested_at IS NULL;
    END IF;
  END IF;
  RETURN NEXT session;
END $$;
-- end src/sessions/revoke-session.sql

-- begin src/sessions/announce-expired.sql
-- Writes a session.expired event for at most `most` sessions that have expired at `moment`, soonest expiry first, exactly one for
-- each; returns how many. Fewer than `most` means that nothing is left, except what another gateway is announcing now.
-- A revoked session does not expire: it had ended before.
--   by: columns of audit_event that say who announces: actor_kind, actor_name
--
-- It cannot deadlock: it skips rows that others have locked, so it waits for none, and it locks only sessions. A
-- transaction that has locked a user and then waits for one of these sessions, as revoke_session does, waits until this
-- statement ends and no longer.
--
-- The settings leave the planner one plan, for any number of rows and for outdated statistics: read the due sessions
-- in order from realtime_session_expiring_idx, then find each row by its key in its own partition. Any other plan
-- reads all live sessions, or all that were ever issued.
CREATE OR REPLACE FUNCTION announce_expired(most integer, by jsonb, moment timestamptz) RETURNS integer
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = force_generic_plan SET timezone = 'UTC' AS $$
DECLARE
  due uuid[];
BEGIN
  -- PostgreSQL checks the conditions again before it locks a row that somebody else announced or revoked meanwhile.
  SELECT array_agg(locked.id) INTO due FROM (
    SELECT id FROM realtime_session
    WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL AND expires_at <= moment
    ORDER BY expires_at, id LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ) AS locked;
  IF due IS NULL THEN
    RETURN 0;
  END IF;

  -- Ids of events sort by time: one microsecond more for each keeps the events of a batch in the order of the expiries.
  -- EXECUTE plans each batch anew: a plan made while a month was empty might use any index that contains the id.
  EXECUTE $sql$
    WITH announced AS (
      UPDATE realtime_session AS s SET expiry_announced_at = $2 + place * interval '1 microsecond'
      FROM unnest($1) WITH ORDINALITY AS expired (id, place) WHERE s.id = expired.id
      RETURNING s.id, s.application_id, s.user_id, s.expires_at, s.expiry_announced_at AS at
    )
    INSERT INTO audit_event
      (id, at, action, outcome, actor_kind, actor_name, application_id, user_id, session_id, detail)
    SELECT uuidv7_at(at), at, 'session.expired', 'SUCCEEDED', $3->>'actor_kind', $3->>'actor_name',
      application_id, user_id, id, jsonb_build_object('expiresAt', expires_at)
    FROM announced
  $sql$ USING due, moment, by;
  RETURN cardinality(due);
END $$;
-- end src/sessions/announce-expired.sql

-- begin src/sessions/identify-secret.sql
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
-- end src/sessions/identify-secret.sql

-- begin src/authentication/note-api-keys-used.sql
-- Records that keys were used now, to the minute. Skips a key whose minute is recorded already or whose row another
-- gateway is writing: however many gateways there are, a key costs one write a minute.
CREATE OR REPLACE FUNCTION note_api_keys_used(used uuid[]) RETURNS void
LANGUAGE sql
BEGIN ATOMIC
  WITH due AS (
    SELECT id FROM api_key
    WHERE id = ANY (used) AND (last_used_at IS NULL OR last_used_at < date_trunc('minute', now()))
    FOR NO KEY UPDATE SKIP LOCKED
  )
  UPDATE api_key AS k SET last_used_at = date_trunc('minute', now()) FROM due WHERE k.id = due.id;
END;
-- end src/authentication/note-api-keys-used.sql

-- begin src/users/suspend-user.sql
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
-- end src/users/suspend-user.sql

-- begin src/users/set-user-policy.sql
-- Changes the limits that are set for a user itself. `changes` has column names as keys: a column that is absent
-- stays, one that is null inherits again. Returns no row when there is no such user.
CREATE OR REPLACE FUNCTION set_user_policy(of_user uuid, external_user_id text, changes jsonb, by jsonb)
RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
DECLARE
  person end_user := lock_user(of_user, external_user_id);
BEGIN
  IF person.id IS NULL THEN
    RETURN;
  END IF;
  UPDATE end_user AS u
  SET (allowed_models, allowed_providers, max_ttl_seconds, max_active_sessions, max_mints_per_minute,
    max_mints_per_day, monthly_budget_usd, max_call_seconds, brokered_only) = (
    SELECT allowed_models, allowed_providers, max_ttl_seconds, max_active_sessions, max_mints_per_minute,
      max_mints_per_day, monthly_budget_usd, max_call_seconds, brokered_only
    FROM jsonb_populate_record(u, changes)
  )
  WHERE id = person.id RETURNING * INTO person;
  PERFORM write_event(by, clock_timestamp(), 'policy.set', 'SUCCEEDED', NULL, person.id, NULL, changes);
  RETURN NEXT person;
END $$;
-- end src/users/set-user-policy.sql

-- begin src/users/begin-erasure.sql
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
-- end src/users/begin-erasure.sql

-- begin src/users/erase-sessions.sql
-- Erases the personal columns of at most `most` sessions of a person, those after the id `after`, and the raw usage and
-- the label of at most `most_reports` of their usage records; numbers stay. Returns the id to continue after, or null when all is
-- done. Locks the user first, like every other writer: several gateways may erase the same person.
CREATE OR REPLACE FUNCTION erase_sessions(of_user uuid, after uuid, most integer, most_reports integer) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
  sessions uuid[];
  erased integer;
BEGIN
  PERFORM lock_user(of_user, NULL);
  SELECT array_agg(id ORDER BY id) INTO sessions FROM (
    SELECT id FROM realtime_session WHERE user_id = of_user AND id > after ORDER BY id LIMIT most
  ) AS next;
  UPDATE realtime_session SET labels = '[]', instructions = NULL, voice = NULL, input_audio_transcription = NULL,
    turn_detection = NULL, tools = '[]', tool_choice = NULL, upstream_config = NULL,
    output_language = NULL, call_request = NULL
  WHERE id = ANY (sessions) AND (labels <> '[]' OR tools <> '[]' OR num_nonnulls(instructions, voice,
    input_audio_transcription, turn_detection, tool_choice, upstream_config, output_language, call_request) > 0);
  UPDATE usage_record SET usage = '{}', label_key = '', label = '' WHERE (session_id, source, response_id, revision) IN (
    SELECT session_id, source, response_id, revision FROM usage_record
    WHERE session_id = ANY (sessions) AND (usage <> '{}' OR label <> '') LIMIT most_reports
  );
  GET DIAGNOSTICS erased = ROW_COUNT;
  -- A session can have any number of usage records: repeat the same sessions while there may be more.
  IF erased = most_reports THEN
    RETURN after;
  END IF;
  RETURN CASE WHEN cardinality(sessions) = most THEN sessions[most] END;
END $$;
-- end src/users/erase-sessions.sql

-- begin src/users/erase-identities.sql
-- Deletes at most `most` rows of audit_identity of a person; returns how many. Fewer than `most` means that none is
-- left. Deletes only when the person's erasure has begun. SECURITY DEFINER: the gateway's own role may not delete from
-- that table.
CREATE OR REPLACE FUNCTION erase_identities(of_user uuid, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  erased integer;
BEGIN
  -- A statement of its own, so that the DELETE begins after another gateway's deletion is committed and does not see
  -- those rows. Otherwise it would choose them, wait, delete none, and report that none is left.
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
-- end src/users/erase-identities.sql

-- begin src/users/end-erasure.sql
-- Records that an erasure is complete.
CREATE OR REPLACE FUNCTION end_erasure(of_user uuid) RETURNS SETOF end_user
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE end_user SET erased_at = clock_timestamp()
  WHERE id = of_user AND erasure_began_at IS NOT NULL AND erased_at IS NULL;
  RETURN QUERY SELECT * FROM end_user WHERE id = of_user;
END $$;
-- end src/users/end-erasure.sql

-- begin src/usage/count-usage.sql
-- Adds a usage record to the sums, or with `sign` -1 subtracts it. Only a transaction that has locked the record's user
-- may call it, so each row of usage_rollup has one writer at a time.
CREATE OR REPLACE FUNCTION count_usage(entry usage_record, sign integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  part usage_part;
BEGIN
  INSERT INTO usage_part (bucket, application_id, model, provider, responses,
    input_text_tokens, input_audio_tokens, input_image_tokens,
    cached_text_tokens, cached_audio_tokens, cached_image_tokens,
    output_text_tokens, output_audio_tokens, total_tokens, transcription_seconds, known_cost, unpriced, estimated_cost,
    label_key, label)
  VALUES (date_bin('15 minutes', entry.at, timestamptz 'epoch'), entry.application_id, entry.model, entry.provider, sign,
    sign * entry.input_text_tokens, sign * entry.input_audio_tokens, sign * entry.input_image_tokens,
    sign * entry.cached_text_tokens, sign * entry.cached_audio_tokens, sign * entry.cached_image_tokens,
    sign * entry.output_text_tokens, sign * entry.output_audio_tokens, sign * entry.total_tokens,
    sign * entry.transcription_seconds, sign * coalesce(entry.cost, 0),
    CASE WHEN entry.cost IS NULL THEN sign ELSE 0 END,
    CASE WHEN entry.estimated THEN sign * entry.cost ELSE 0 END, entry.label_key, entry.label)
  RETURNING * INTO part;

  INSERT INTO usage_rollup AS r VALUES (entry.user_id, part.bucket, part.application_id, part.model, part.provider,
    part.responses, part.input_text_tokens, part.input_audio_tokens, part.input_image_tokens,
    part.cached_text_tokens, part.cached_audio_tokens, part.cached_image_tokens,
    part.output_text_tokens, part.output_audio_tokens, part.total_tokens,
    part.transcription_seconds, part.known_cost, part.unpriced, part.estimated_cost, part.label_key, part.label)
  ON CONFLICT (user_id, bucket, application_id, model, provider, label_key, label) DO UPDATE SET
    responses = r.responses + EXCLUDED.responses,
    input_text_tokens = r.input_text_tokens + EXCLUDED.input_text_tokens,
    input_audio_tokens = r.input_audio_tokens + EXCLUDED.input_audio_tokens,
    input_image_tokens = r.input_image_tokens + EXCLUDED.input_image_tokens,
    cached_text_tokens = r.cached_text_tokens + EXCLUDED.cached_text_tokens,
    cached_audio_tokens = r.cached_audio_tokens + EXCLUDED.cached_audio_tokens,
    cached_image_tokens = r.cached_image_tokens + EXCLUDED.cached_image_tokens,
    output_text_tokens = r.output_text_tokens + EXCLUDED.output_text_tokens,
    output_audio_tokens = r.output_audio_tokens + EXCLUDED.output_audio_tokens,
    total_tokens = r.total_tokens + EXCLUDED.total_tokens,
    transcription_seconds = r.transcription_seconds + EXCLUDED.transcription_seconds,
    known_cost = r.known_cost + EXCLUDED.known_cost,
    unpriced = r.unpriced + EXCLUDED.unpriced,
    estimated_cost = r.estimated_cost + EXCLUDED.estimated_cost;
END $$;
-- end src/usage/count-usage.sql

-- begin src/usage/report-usage.sql
-- Records what a response used, or corrects it, in one round trip. Locks the user first, like every other writer: of concurrent
-- reports of one response one counts, and a user's sums have one writer. Of an erased user only the numbers are
-- stored.
--   report: columns of usage_record that the gateway decides: source, response_id, model, at, the numbers, cost, price
--   most_reports: how many reports of this source the session may have
--   replaces: whether other numbers replace those of the same source instead of being a conflict
--   verdict: reported | already (with the same numbers) | conflict (with other numbers: the first stay)
--     | not_found | not_issued | before_issue | in_future | after_exposure (of `at`; nothing was changed)
--     | too_many (the session has most_reports; nothing was changed)
CREATE OR REPLACE FUNCTION report_usage(of_session uuid, report jsonb, by jsonb, most_reports integer, replaces boolean)
RETURNS text
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
  WHERE r.session_id = of_session AND r.source = entry.source AND r.response_id = entry.response_id
  ORDER BY r.revision DESC LIMIT 1;
  entry.revision := CASE WHEN FOUND THEN earlier.revision + 1 ELSE 0 END;
  IF FOUND THEN
    IF (earlier.model, earlier.input_text_tokens, earlier.input_audio_tokens, earlier.input_image_tokens,
        earlier.cached_text_tokens, earlier.cached_audio_tokens, earlier.cached_image_tokens,
        earlier.output_text_tokens, earlier.output_audio_tokens, earlier.transcription_seconds)
      = (entry.model, entry.input_text_tokens, entry.input_audio_tokens, entry.input_image_tokens,
        entry.cached_text_tokens, entry.cached_audio_tokens, entry.cached_image_tokens,
        entry.output_text_tokens, entry.output_audio_tokens, entry.transcription_seconds)
      -- A correction may also be of the time, or be the same numbers at the prices of today.
      AND (NOT replaces
        OR (earlier.at, earlier.cost, earlier.estimated) IS NOT DISTINCT FROM (entry.at, entry.cost, entry.estimated))
    THEN
      RETURN 'already';
    ELSIF NOT replaces THEN
      PERFORM write_event(by, moment, 'usage.conflicted', 'DENIED', session.application_id, session.user_id, of_session,
        jsonb_build_object('responseId', entry.response_id, 'source', entry.source));
      RETURN 'conflict';
    ELSIF entry.source = 'PROVIDER' AND entry.transcription_seconds < earlier.transcription_seconds THEN
      -- A sum that grows: what is less was told before, or by a gateway that has just begun to watch.
      RETURN 'already';
    END IF;
  END IF;

  -- Clients know these times without microseconds.
  IF session.outcome IS DISTINCT FROM 'ISSUED' THEN
    RETURN 'not_issued';
  ELSIF entry.at < date_trunc('milliseconds', session.settled_at) THEN
    RETURN 'before_issue';
  ELSIF entry.at > moment THEN
    RETURN 'in_future';
  ELSIF entry.at > greatest(session.expires_at, session.created_at + make_interval(secs => session.requested_ttl_seconds))
    + make_interval(secs => session.session_limit_seconds)
  THEN
    RETURN 'after_exposure';
  ELSIF entry.revision = 0 AND (SELECT count(*) FROM (SELECT FROM usage_record AS r
      WHERE r.session_id = of_session AND r.source = entry.source AND r.revision = 0
      LIMIT most_reports) AS reports) >= most_reports
  THEN
    RETURN 'too_many';
  END IF;

  entry.session_id := of_session;
  entry.user_id := session.user_id;
  entry.application_id := session.application_id;
  entry.provider := session.provider;
  entry.reported_at := moment;
  entry.label_key := coalesce(entry.label_key, '');
  entry.label := coalesce((SELECT l->>'value' FROM jsonb_array_elements(session.labels) AS l
    WHERE l->>'key' = entry.label_key), '');
  IF person.erasure_began_at IS NOT NULL THEN
    entry.usage := '{}';
    entry.label := '';
  END IF;
  -- What has counted so far: what this corrects, or what the other source reported.
  SELECT * INTO earlier FROM usage_record AS r
  WHERE r.session_id = of_session AND r.response_id = entry.response_id AND r.counted;
  entry.counted := NOT FOUND OR entry.source = 'APPLICATION' OR entry.source = earlier.source;
  replaced := FOUND AND entry.counted;
  IF person.erasure_began_at IS NOT NULL THEN
    -- Its sums have lost their labels already (unlabel_usage).
    earlier.label_key := '';
    earlier.label := '';
  END IF;
  IF replaced THEN
    UPDATE usage_record AS r SET counted = false
    WHERE r.session_id = of_session AND r.response_id = entry.response_id AND r.counted;
    PERFORM count_usage(earlier, -1);
  END IF;
  INSERT INTO usage_record VALUES (entry.*);
  IF entry.counted THEN
    PERFORM count_usage(entry, 1);
  END IF;
  IF replaces AND replaced THEN
    PERFORM write_event(by, moment, 'usage.corrected', 'SUCCEEDED', session.application_id, session.user_id, of_session,
      jsonb_build_object('responseId', entry.response_id, 'before', usage_numbers(earlier), 'after', usage_numbers(entry)));
    RETURN 'reported';
  END IF;
  PERFORM write_event(by, moment, 'usage.reported', 'SUCCEEDED', session.application_id, session.user_id, of_session,
    jsonb_build_object('responseId', entry.response_id, 'source', entry.source, 'model', entry.model,
      'at', entry.at, 'totalTokens', entry.total_tokens, 'costUsd', trim_scale(entry.cost)::text,
      'counted', entry.counted, 'replaced', replaced));
  RETURN 'reported';
END $$;
-- end src/usage/report-usage.sql

-- begin src/usage/sum-usage.sql
-- Moves at most `most` rows of usage_part into usage_sum; returns how many. One at a time: while one transaction does
-- it, the others return 0.
CREATE OR REPLACE FUNCTION sum_usage(most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  taken integer;
  taken_back boolean;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('gatehouse.sum_usage')) THEN
    RETURN 0;
  END IF;
  WITH parts AS (
    DELETE FROM usage_part WHERE id IN (SELECT id FROM usage_part ORDER BY id LIMIT most) RETURNING *
  ), counted AS (
    SELECT count(*)::integer AS parts, bool_or(responses < 0 AND label <> '') AS taken_back FROM parts
  ), added AS (
    INSERT INTO usage_sum AS s
    SELECT bucket, application_id, model, provider, sum(responses),
      sum(input_text_tokens), sum(input_audio_tokens), sum(input_image_tokens),
      sum(cached_text_tokens), sum(cached_audio_tokens), sum(cached_image_tokens),
      sum(output_text_tokens), sum(output_audio_tokens), sum(total_tokens),
      sum(transcription_seconds), sum(known_cost), sum(unpriced), sum(estimated_cost), label_key, label
    FROM parts GROUP BY bucket, application_id, model, provider, label_key, label
    ON CONFLICT (bucket, application_id, model, provider, label_key, label) DO UPDATE SET
      responses = s.responses + EXCLUDED.responses,
      input_text_tokens = s.input_text_tokens + EXCLUDED.input_text_tokens,
      input_audio_tokens = s.input_audio_tokens + EXCLUDED.input_audio_tokens,
      input_image_tokens = s.input_image_tokens + EXCLUDED.input_image_tokens,
      cached_text_tokens = s.cached_text_tokens + EXCLUDED.cached_text_tokens,
      cached_audio_tokens = s.cached_audio_tokens + EXCLUDED.cached_audio_tokens,
      cached_image_tokens = s.cached_image_tokens + EXCLUDED.cached_image_tokens,
      output_text_tokens = s.output_text_tokens + EXCLUDED.output_text_tokens,
      output_audio_tokens = s.output_audio_tokens + EXCLUDED.output_audio_tokens,
      total_tokens = s.total_tokens + EXCLUDED.total_tokens,
      transcription_seconds = s.transcription_seconds + EXCLUDED.transcription_seconds,
      known_cost = s.known_cost + EXCLUDED.known_cost,
      unpriced = s.unpriced + EXCLUDED.unpriced,
      estimated_cost = s.estimated_cost + EXCLUDED.estimated_cost
  )
  SELECT counted.parts, counted.taken_back INTO taken, taken_back FROM counted;
  IF taken_back THEN
    -- A label that only an erased user had does not stay behind on an empty sum.
    UPDATE usage_sum SET label_key = '', label = gen_random_uuid()::text
    WHERE responses = 0 AND label_key <> '' AND label <> '';
  END IF;
  RETURN taken;
END $$;
-- end src/usage/sum-usage.sql

-- begin src/usage/usage-numbers.sql
-- The numbers of a usage record as an audit event has them. Decimals are text, as in all events.
CREATE OR REPLACE FUNCTION usage_numbers(entry usage_record) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN jsonb_build_object(
  'source', entry.source,
  'model', entry.model,
  'at', entry.at,
  'inputTextTokens', entry.input_text_tokens,
  'inputAudioTokens', entry.input_audio_tokens,
  'inputImageTokens', entry.input_image_tokens,
  'cachedTextTokens', entry.cached_text_tokens,
  'cachedAudioTokens', entry.cached_audio_tokens,
  'cachedImageTokens', entry.cached_image_tokens,
  'outputTextTokens', entry.output_text_tokens,
  'outputAudioTokens', entry.output_audio_tokens,
  'totalTokens', entry.total_tokens,
  'transcriptionSeconds', trim_scale(entry.transcription_seconds)::text,
  'costUsd', trim_scale(entry.cost)::text,
  'estimated', entry.estimated
);
-- end src/usage/usage-numbers.sql

-- begin src/limits/budget-usage.sql
-- Sums a user's known costs of the calendar month (UTC) around `at`, over all applications, and says when the next month
-- begins. A bucket is a quarter of an hour, so none lies in two months.
CREATE OR REPLACE FUNCTION budget_usage(of_user uuid, at timestamptz)
RETURNS TABLE (used numeric, resets_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT
    (SELECT coalesce(sum(r.known_cost), 0) FROM usage_rollup AS r
     WHERE r.user_id = of_user AND r.bucket >= month AT TIME ZONE 'UTC'
       AND r.bucket < (month + interval '1 month') AT TIME ZONE 'UTC'),
    (month + interval '1 month') AT TIME ZONE 'UTC'
  FROM date_trunc('month', at AT TIME ZONE 'UTC') AS month;
END;
-- end src/limits/budget-usage.sql

-- begin src/statistics/mint-times.sql
-- Returns the histogram of one mint that took so long. A histogram is one number: how many mints are of class n is its
-- n-th digit to the base 10^12. So sum() of histograms is the histogram of all of them, exact and in any order.
-- The class is the time in milliseconds, rounded to whole ones below 100 and to two significant digits above; 990 s and
-- longer are one class. src/statistics/mint-times.ts reads it. Null is that of null, without STRICT: a strict function with a
-- CASE is not inlined, and calling it costs thirty times what it does.
CREATE OR REPLACE FUNCTION mint_times(microseconds bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('1e' || (12 * CASE
  WHEN microseconds < 0 THEN 0
  WHEN microseconds < 99500 THEN (microseconds + 500) / 1000
  WHEN microseconds < 995000 THEN 90 + (microseconds + 5000) / 10000
  WHEN microseconds < 9950000 THEN 180 + (microseconds + 50000) / 100000
  WHEN microseconds < 99500000 THEN 270 + (microseconds + 500000) / 1000000
  WHEN microseconds < 985000000 THEN 360 + (microseconds + 5000000) / 10000000
  WHEN microseconds >= 985000000 THEN 459
END)::text)::numeric;
-- end src/statistics/mint-times.sql

-- begin src/statistics/session-counts.sql
-- What statistics count, in [from, to): a row for each session that was asked for, and one for each request that was
-- denied before anything was reserved. Sums are made of it, and what is not in the sums yet is read by it. A value that
-- a row does not have is '' or the uuid of zeros.
CREATE OR REPLACE FUNCTION session_counts("from" timestamptz, "to" timestamptz)
RETURNS TABLE (at timestamptz, user_id uuid, application_id uuid, provider text, model text, failure_code text,
  denial_reason text, issued integer, failed integer, unconfirmed integer, pending integer, revoked integer,
  denied integer, mint_times numeric)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT s.created_at, s.user_id, s.application_id, s.provider, s.model,
    -- settle_overdue has not come to it yet.
    coalesce(s.failure_code, CASE WHEN s.status = 'UNCONFIRMED' THEN 'not_settled' ELSE '' END), '',
    (s.status IN ('ACTIVE', 'EXPIRED', 'REVOKED'))::integer, (s.status = 'FAILED')::integer,
    (s.status = 'UNCONFIRMED')::integer, (s.status = 'PENDING')::integer, (s.status = 'REVOKED')::integer, 0,
    CASE WHEN s.outcome = 'ISSUED'
      THEN mint_times(round(date_part('epoch', s.settled_at - s.created_at) * 1000000)::bigint) END
  FROM (
    SELECT id, created_at, settled_at, user_id, application_id, provider, model, outcome, failure_code,
      session_status(outcome, deadline, expires_at, revoked_at, now()) AS status
    FROM realtime_session
  ) AS s
  WHERE s.created_at >= "from" AND s.created_at < "to"
    AND s.id >= uuidv7_floor("from") AND s.id < uuidv7_floor("to" + interval '1 millisecond')
  UNION ALL
  SELECT e.at, coalesce(e.user_id, e.actor_user_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(e.application_id, e.actor_application_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(e.detail->>'provider', ''), coalesce(e.detail->>'model', ''), '', e.detail->>'reason', 0, 0, 0, 0, 0, 1,
    NULL::numeric
  FROM audit_event AS e
  WHERE e.action = 'session.denied' AND e.at >= "from" AND e.at < "to"
    AND e.id >= uuidv7_floor("from") AND e.id < uuidv7_floor("to" + interval '1 millisecond');
$$;
-- end src/statistics/session-counts.sql

-- begin src/statistics/sum-sessions.sql
-- Adds up the next quarters of an hour of which everything is final, at most `most`; returns how many it added up. One at
-- a time: while one transaction does it, the others return 0.
--
-- A quarter of an hour is final when an hour has passed since its end, so that what began in it is committed, and no
-- session of it, or of an earlier one, is pending or live. A session that is settled and not live does not change any
-- more: it is FAILED or UNCONFIRMED, or it was revoked, or its expiry was announced.
--   gateway_time: the clock of the gateway; the one that is behind decides
CREATE OR REPLACE FUNCTION sum_sessions(most integer, gateway_time timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  quarter constant interval := '15 minutes';
  clock constant timestamptz := clock_timestamp();
  progress session_sum_progress;
  first_id uuid;
  first_row timestamptz;
  final_to timestamptz;
  begin_at timestamptz;
  end_at timestamptz;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('gatehouse.sum_sessions')) THEN
    RETURN 0;
  END IF;
  SELECT * INTO progress FROM session_sum_progress;
  IF clock < progress.as_of THEN
    -- The clock was set back: sessions are reserved before `summed_to`, and expired ones can be revoked. None of those is
    -- older than a day; add that day up anew.
    UPDATE session_sum_progress
    SET summed_to = least(summed_to, date_bin(quarter, clock - interval '1 day', timestamptz 'epoch')), as_of = clock;
    RETURN 0;
  END IF;
  first_id := uuidv7_floor(progress.summed_to);

  SELECT date_bin(quarter, least(clock - interval '1 hour', gateway_time - interval '1 hour', min(open.created_at)),
    timestamptz 'epoch') INTO final_to
  FROM (
    (SELECT created_at FROM realtime_session WHERE outcome IS NULL AND id >= first_id ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT created_at FROM realtime_session
      WHERE outcome = 'ISSUED' AND revoked_at IS NULL AND expiry_announced_at IS NULL AND id >= first_id
      ORDER BY id LIMIT 1)
  ) AS open;
  IF final_to <= progress.summed_to THEN
    RETURN 0;
  END IF;

  -- Skip the time in which there is nothing.
  SELECT date_bin(quarter, min(next.at), timestamptz 'epoch') INTO first_row FROM (
    (SELECT created_at AS at FROM realtime_session WHERE id >= first_id ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT e.at FROM audit_event AS e WHERE e.action = 'session.denied' AND e.id >= first_id ORDER BY e.id LIMIT 1)
  ) AS next;
  begin_at := least(greatest(progress.summed_to, coalesce(first_row, final_to)), final_to);
  end_at := least(begin_at + most * quarter, final_to);

  -- There are such rows only after the clock was set back.
  DELETE FROM session_rollup WHERE bucket >= begin_at AND bucket < end_at;
  DELETE FROM session_sum WHERE bucket >= begin_at AND bucket < end_at;
  WITH added AS (
    INSERT INTO session_rollup
    SELECT c.user_id, date_bin(quarter, c.at, timestamptz 'epoch') AS bucket, c.application_id, c.provider, c.model,
      c.failure_code, c.denial_reason, sum(c.issued), sum(c.failed), sum(c.unconfirmed), sum(c.revoked), sum(c.denied),
      sum(c.mint_times)
    FROM session_counts(begin_at, end_at) AS c
    GROUP BY c.user_id, 2, c.application_id, c.provider, c.model, c.failure_code, c.denial_reason
    RETURNING *
  )
  INSERT INTO session_sum
  SELECT bucket, application_id, provider, model, failure_code, denial_reason, sum(issued), sum(failed),
    sum(unconfirmed), sum(revoked), sum(denied), sum(mint_times)
  FROM added GROUP BY bucket, application_id, provider, model, failure_code, denial_reason;
  UPDATE session_sum_progress SET summed_to = end_at, as_of = clock;
  RETURN (extract(epoch FROM end_at - begin_at) / 900)::integer;
END $$;
-- end src/statistics/sum-sessions.sql

-- begin src/usage/unlabel-usage.sql
-- Takes the labels off the sums of a user, because a label can name a person. Only the erasing of that user calls it, which
-- holds its lock; the records lose theirs in erase_sessions.
CREATE OR REPLACE FUNCTION unlabel_usage(of_user uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  -- The sums over all users: taken back under the label, and added without it.
  INSERT INTO usage_part (bucket, application_id, model, provider, label_key, label,
    responses, input_text_tokens, input_audio_tokens, input_image_tokens, cached_text_tokens,
    cached_audio_tokens, cached_image_tokens, output_text_tokens, output_audio_tokens, total_tokens,
    transcription_seconds, known_cost, unpriced, estimated_cost)
  SELECT bucket, application_id, model, provider, CASE sign WHEN -1 THEN label_key ELSE '' END,
    CASE sign WHEN -1 THEN label ELSE '' END,
    sign * responses, sign * input_text_tokens, sign * input_audio_tokens, sign * input_image_tokens,
    sign * cached_text_tokens, sign * cached_audio_tokens, sign * cached_image_tokens,
    sign * output_text_tokens, sign * output_audio_tokens, sign * total_tokens,
    sign * transcription_seconds, sign * known_cost, sign * unpriced, sign * estimated_cost
  FROM usage_rollup, unnest(ARRAY[-1, 1]) AS sign
  WHERE user_id = of_user AND label_key <> '' AND label <> '';
  -- A random label keeps rows apart that had different ones. Without a key nobody reads it.
  UPDATE usage_rollup SET label_key = '', label = gen_random_uuid()::text
  WHERE user_id = of_user AND label_key <> '' AND label <> '';
END $$;
-- end src/usage/unlabel-usage.sql

-- begin src/calls/call-status.sql
-- Computes a call's status from its row and the time. A call that nobody ended has ended once the provider must have
-- ended it; one whose gateway died before it said what became of the offer is uncertain. It is plain SQL, so that the
-- planner can inline it.
CREATE OR REPLACE FUNCTION call_status(
  ended_at timestamptz, must_end_by timestamptz, connected_at timestamptz, uncertain_at timestamptz,
  connect_by timestamptz, at timestamptz
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN ended_at IS NOT NULL OR must_end_by <= at THEN 'ENDED'
  WHEN connected_at IS NOT NULL THEN 'LIVE'
  WHEN uncertain_at IS NOT NULL OR connect_by <= at THEN 'UNCERTAIN'
  ELSE 'CONNECTING'
END;
-- end src/calls/call-status.sql

-- begin src/calls/end-call.sql
-- Records that a call is over, and why; returns whether it did: only the first of all attempts does. If somebody asked for
-- the end of a call that could be hung up, that is the reason, and the event is theirs.
CREATE OR REPLACE FUNCTION end_call(of_session uuid, reason text, by jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  call realtime_call;
  moment timestamptz;
  asked boolean;
BEGIN
  SELECT * INTO call FROM realtime_call WHERE session_id = of_session AND ended_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  moment := clock_timestamp();
  asked := call.end_requested_at IS NOT NULL AND call.upstream_call_id IS NOT NULL;
  UPDATE realtime_call SET ended_at = moment, end_requested_by = NULL, owner_instance = NULL, lease_until = NULL,
    end_reason = CASE WHEN asked THEN call.end_requested_reason ELSE reason END
  WHERE session_id = of_session;
  PERFORM write_event(CASE WHEN asked THEN coalesce(call.end_requested_by, by) ELSE by END, moment, 'call.ended', 'SUCCEEDED',
    call.application_id, call.user_id, of_session, jsonb_build_object(
      -- Why somebody asked for it comes in end_requested_by->'personal', and is stored in audit_identity.
      'reason', NULL, 'endReason', CASE WHEN asked THEN call.end_requested_reason ELSE reason END,
      'connectedAt', call.connected_at));
  RETURN true;
END $$;
-- end src/calls/end-call.sql

-- begin src/calls/end-overdue-calls.sql
-- Ends as UNKNOWN at most `most` calls that the provider must have ended by `moment`; returns how many. Skips rows that
-- another transaction has locked.
CREATE OR REPLACE FUNCTION end_overdue_calls(most integer, by jsonb, moment timestamptz) RETURNS integer
LANGUAGE sql
BEGIN ATOMIC
  SELECT count(*) FILTER (WHERE end_call(due.session_id, 'UNKNOWN', by))::integer
  FROM (
    SELECT session_id FROM realtime_call WHERE ended_at IS NULL AND must_end_by <= moment
    ORDER BY must_end_by LIMIT most FOR NO KEY UPDATE SKIP LOCKED
  ) AS due;
END;
-- end src/calls/end-overdue-calls.sql

-- begin src/calls/record-call-drift.sql
-- Records which fields of its config the browser has changed during a call; returns whether some of them are new.
CREATE OR REPLACE FUNCTION record_call_drift(of_session uuid, fields text[], by jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  call realtime_call;
BEGIN
  UPDATE realtime_call SET drifted_fields = ARRAY(SELECT DISTINCT unnest(drifted_fields || fields) ORDER BY 1)
  WHERE session_id = of_session AND ended_at IS NULL AND NOT fields <@ drifted_fields
  RETURNING * INTO call;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM write_event(by, clock_timestamp(), 'call.drifted', 'SUCCEEDED', call.application_id, call.user_id, of_session,
    jsonb_build_object('fields', fields));
  RETURN true;
END $$;
-- end src/calls/record-call-drift.sql

-- begin src/calls/record-call-opened.sql
-- Records that the provider made a call, and when it is ended at the latest: after the session's longest call, and never
-- later than the provider lets it run. Returns false when the call has ended already. If its end was asked for meanwhile,
-- it is recorded all the same, so that somebody can hang up.
CREATE OR REPLACE FUNCTION record_call_opened(
  of_session uuid, upstream_id text, key_id text, longest_seconds double precision, by jsonb
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  call realtime_call;
  moment timestamptz;
BEGIN
  SELECT * INTO call FROM realtime_call WHERE session_id = of_session FOR NO KEY UPDATE;
  moment := clock_timestamp();
  IF call.session_id IS NULL OR call.ended_at IS NOT NULL OR call.connected_at IS NOT NULL THEN
    RETURN false;
  END IF;
  UPDATE realtime_call SET upstream_call_id = upstream_id, provider_key_id = key_id, connected_at = moment,
    last_activity_at = moment, uncertain_at = NULL,
    deadline_at = moment + make_interval(secs => least(longest_seconds,
      (SELECT max_call_seconds FROM realtime_session AS s WHERE s.id = of_session)))
  WHERE session_id = of_session RETURNING * INTO call;
  PERFORM write_event(by, moment, 'call.opened', 'SUCCEEDED', call.application_id, call.user_id, of_session,
    jsonb_build_object('deadlineAt', call.deadline_at));
  RETURN true;
END $$;
-- end src/calls/record-call-opened.sql

-- begin src/calls/redeem-secret.sql
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
-- end src/calls/redeem-secret.sql

-- begin src/calls/request-call-end.sql
-- Asks for the end of a call, for the gateway that owns it to hang up. Only the first request counts. Returns no row when
-- there is no such call.
CREATE OR REPLACE FUNCTION request_call_end(of_session uuid, reason text, by jsonb) RETURNS SETOF realtime_call
LANGUAGE plpgsql AS $$
BEGIN
  -- The user first, like every other writer.
  PERFORM lock_user(c.user_id, NULL) FROM realtime_call AS c WHERE c.session_id = of_session;
  UPDATE realtime_call SET end_requested_at = clock_timestamp(), end_requested_reason = reason, end_requested_by = by
  WHERE session_id = of_session AND ended_at IS NULL AND end_requested_at IS NULL;
  RETURN QUERY SELECT * FROM realtime_call WHERE session_id = of_session;
END $$;
-- end src/calls/request-call-end.sql

-- begin src/issuing/settle-session.sql
-- Settles a pending session and writes its event, in one transaction (apply_settlement). Returns no row when it was not
-- settled.
--
-- It is a function for force_generic_plan: PostgreSQL would plan the update anew each time, because it takes a plan for one
-- partition to be cheaper and does not count what planning costs.
CREATE OR REPLACE FUNCTION settle_session(of_session uuid, settlement jsonb, not_after timestamptz, event jsonb)
RETURNS TABLE (outcome text, settled_at timestamptz, created_at timestamptz, deadline timestamptz, expires_at timestamptz,
  revoked_at timestamptz, connection text, requested_ttl_seconds integer, session_limit_seconds integer,
  max_call_seconds integer)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  settled record;
BEGIN
  settled := apply_settlement(of_session, settlement, not_after, event);
  IF settled.outcome IS NOT NULL THEN
    INSERT INTO audit_event SELECT (settled.event).*;
    RETURN QUERY SELECT settled.outcome, settled.settled_at, settled.created_at, settled.deadline, settled.expires_at,
      settled.revoked_at, settled.connection, settled.requested_ttl_seconds, settled.session_limit_seconds,
      settled.max_call_seconds;
  END IF;
END $$;
-- end src/issuing/settle-session.sql

-- begin src/audit/check-event.sql
-- What every row of audit_event has to keep: a trigger instead of CHECKs, for the reason that check-session.sql has.
CREATE OR REPLACE FUNCTION check_event() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  violated text;
BEGIN
  violated := CASE
    WHEN NOT NEW.action ~ '^[a-z_]+\.[a-z_]+$' THEN 'action'
    WHEN NOT NEW.outcome IN ('SUCCEEDED', 'DENIED', 'FAILED') THEN 'outcome'
    WHEN NOT NEW.actor_kind IN ('APPLICATION', 'USER', 'OPERATOR', 'SYSTEM') THEN 'actor_kind'
    WHEN NOT jsonb_typeof(NEW.detail) = 'object' THEN 'detail'
  END;
  IF violated IS NOT NULL THEN
    RAISE 'A row of % breaks the rule of %', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = violated;
  END IF;
  RETURN NULL;
END $$;
-- end src/audit/check-event.sql

-- begin src/sessions/check-session.sql
-- What every row of realtime_session has to keep: a trigger instead of CHECKs. PostgreSQL reads the text of each CHECK
-- anew in each statement, which was a third of the work of a mint; PL/pgSQL compiles an expression once. As with a CHECK,
-- a rule that is null holds.
CREATE OR REPLACE FUNCTION check_session() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  violated text;
BEGIN
  violated := CASE
    WHEN NOT NEW.requested_ttl_seconds BETWEEN 10 AND 7200 THEN 'requested_ttl_seconds'
    -- Listings of what is exposed rely on the maximum (src/sessions/exposed-until.db.ts).
    WHEN NOT NEW.session_limit_seconds BETWEEN 1 AND 7200 THEN 'session_limit_seconds'
    WHEN NOT NEW.secret_fingerprint ~ '^[0-9a-f]{64}$' THEN 'secret_fingerprint'
    WHEN NOT length(NEW.secret_prefix) <= 9 THEN 'secret_prefix'
    WHEN NOT length(NEW.secret_last_four) <= 4 THEN 'secret_last_four'
    WHEN NOT length(NEW.failure_upstream_param) <= 128 THEN 'failure_upstream_param'
    WHEN NOT NEW.type IN ('REALTIME', 'TRANSCRIPTION', 'TRANSLATION') THEN 'type'
    WHEN NOT NEW.modalities <@ ARRAY['TEXT', 'AUDIO'] THEN 'modalities'
    WHEN NOT NEW.input_audio_format IN ('PCM16', 'G711_ULAW', 'G711_ALAW') THEN 'input_audio_format'
    WHEN NOT NEW.output_audio_format IN ('PCM16', 'G711_ULAW', 'G711_ALAW') THEN 'output_audio_format'
    WHEN NOT NEW.input_audio_noise_reduction ->> 'type' IN ('NEAR_FIELD', 'FAR_FIELD')
      THEN 'input_audio_noise_reduction'
    WHEN NOT jsonb_typeof(NEW.tools) = 'array' THEN 'tools'
    WHEN NOT NEW.max_response_output_tokens ~ '^(inf|[1-9][0-9]*)$' THEN 'max_response_output_tokens'
    WHEN NOT jsonb_typeof(NEW.labels) = 'array' THEN 'labels'
    WHEN NOT NEW.connection IN ('DIRECT', 'BROKERED') THEN 'connection'
    WHEN NOT NEW.max_call_seconds BETWEEN 10 AND 3600 THEN 'max_call_seconds'
    WHEN NOT (NEW.idle_seconds = 0 OR NEW.idle_seconds BETWEEN 10 AND 3600) THEN 'idle_seconds'
    WHEN NOT jsonb_typeof(NEW.call_request) = 'object' THEN 'call_request'
    WHEN NOT CASE NEW.connection
      WHEN 'BROKERED' THEN num_nonnulls(NEW.max_call_seconds, NEW.idle_seconds) = 2
      ELSE num_nonnulls(NEW.max_call_seconds, NEW.idle_seconds, NEW.call_request, NEW.redeemed_at) = 0
    END THEN 'connection'
    -- The columns that an outcome needs are set, and no others: only an issued session has a secret's fingerprint.
    WHEN NOT CASE
      WHEN NEW.outcome = 'ISSUED' THEN NEW.settled_at IS NOT NULL AND NEW.expires_at IS NOT NULL
        AND NEW.failure_code IS NULL AND num_nonnulls(NEW.secret_fingerprint, NEW.secret_fingerprint_key_id,
          NEW.secret_prefix, NEW.secret_last_four) = 4
      WHEN NEW.outcome IN ('FAILED', 'UNCONFIRMED') THEN NEW.settled_at IS NOT NULL AND NEW.failure_code IS NOT NULL
        AND num_nonnulls(NEW.expires_at, NEW.secret_fingerprint) = 0
      WHEN NEW.outcome IS NULL
        THEN num_nonnulls(NEW.settled_at, NEW.expires_at, NEW.secret_fingerprint, NEW.failure_code) = 0
      ELSE false
    END THEN 'outcome'
    WHEN NOT (NEW.failure_code IS NOT NULL OR num_nonnulls(NEW.failure_upstream_param, NEW.failure_retry_at) = 0)
      THEN 'failure_code'
  END;
  IF violated IS NOT NULL THEN
    RAISE 'A row of % breaks the rule of %', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = violated;
  END IF;
  RETURN NULL;
END $$;
-- end src/sessions/check-session.sql

-- begin src/users/check-user.sql
-- What every row of end_user has to keep: a trigger instead of CHECKs, for the reason that check-session.sql has. A mint
-- changes none of these columns, so that it does not fire it.
CREATE OR REPLACE FUNCTION check_user() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  violated text;
BEGIN
  violated := CASE
    WHEN NOT length(NEW.external_id) BETWEEN 1 AND 255 THEN 'external_id'
    WHEN NOT jsonb_typeof(NEW.allowed_models) = 'array' THEN 'allowed_models'
    WHEN NOT jsonb_typeof(NEW.allowed_providers) = 'array' THEN 'allowed_providers'
    WHEN NOT NEW.max_ttl_seconds BETWEEN 10 AND 7200 THEN 'max_ttl_seconds'
    WHEN NOT NEW.max_active_sessions >= 0 THEN 'max_active_sessions'
    WHEN NOT NEW.max_mints_per_minute >= 0 THEN 'max_mints_per_minute'
    WHEN NOT NEW.max_mints_per_day >= 0 THEN 'max_mints_per_day'
    WHEN NOT NEW.monthly_budget_usd >= 0 THEN 'monthly_budget_usd'
    WHEN NOT NEW.max_call_seconds BETWEEN 10 AND 3600 THEN 'max_call_seconds'
    -- An erased person is nameless.
    WHEN NOT (NEW.erasure_began_at IS NULL OR NEW.external_id IS NULL) THEN 'erasure_began_at'
    WHEN NOT (NEW.erased_at IS NULL OR NEW.erasure_began_at IS NOT NULL) THEN 'erased_at'
  END;
  IF violated IS NOT NULL THEN
    RAISE 'A row of % breaks the rule of %', TG_TABLE_NAME, violated
      USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, COLUMN = violated;
  END IF;
  RETURN NULL;
END $$;
-- end src/users/check-user.sql

-- ------------------------------------------------------------------ what rows have to keep

CREATE TRIGGER realtime_session_check AFTER INSERT OR UPDATE ON realtime_session
FOR EACH ROW EXECUTE FUNCTION check_session();
CREATE TRIGGER end_user_check
AFTER INSERT OR UPDATE OF external_id, allowed_models, allowed_providers, max_ttl_seconds, max_active_sessions,
  max_mints_per_minute, max_mints_per_day, monthly_budget_usd, max_call_seconds, erasure_began_at, erased_at ON end_user
FOR EACH ROW EXECUTE FUNCTION check_user();
CREATE TRIGGER audit_event_check AFTER INSERT OR UPDATE ON audit_event
FOR EACH ROW EXECUTE FUNCTION check_event();
-- ------------------------------------------------------------------ for those who come with SQL

-- Views with names that stay, while tables may change: no secrets, fingerprints, instructions, tools, addresses or other free
-- text of a person, except for the external id and labels, which an erasure removes. Views read with their owner's rights:
-- who may read them (gatehouse_reader, see docs/operations.md) needs no right to a table.
DO $$
BEGIN
  -- Unlike CREATE SCHEMA IF NOT EXISTS, this needs no right to the database when somebody made the schema in advance.
  IF to_regnamespace('reporting') IS NULL THEN
    CREATE SCHEMA reporting;
  END IF;
END $$;

CREATE VIEW reporting.applications AS
SELECT id, name, created_at FROM application;
COMMENT ON VIEW reporting.applications IS 'The registered callers.';

CREATE VIEW reporting.users AS
SELECT id, external_id, created_at, last_session_at, suspended_at, erased_at FROM end_user;
COMMENT ON VIEW reporting.users IS 'The people that sessions are for. external_id is null once somebody is erased.';

CREATE VIEW reporting.sessions AS
SELECT s.id, s.created_at,
  session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()) AS status,
  s.type, s.provider, s.model, s.application_id, a.name AS application, s.user_id, u.external_id AS external_user_id,
  (SELECT coalesce(jsonb_object_agg(label->>'key', label->>'value'), '{}') FROM jsonb_array_elements(s.labels) AS label)
    AS labels,
  CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END AS issued_at,
  CASE WHEN s.outcome = 'ISSUED' THEN round(extract(epoch FROM s.settled_at - s.created_at) * 1000, 3) END AS mint_ms,
  s.expires_at, CASE WHEN s.outcome = 'ISSUED' THEN s.revoked_at END AS revoked_at,
  CASE
    WHEN s.connection = 'BROKERED' THEN CASE
      WHEN s.outcome IS DISTINCT FROM 'ISSUED' THEN NULL
      WHEN s.redeemed_at IS NOT NULL THEN (
        SELECT coalesce(c.ended_at, CASE WHEN c.deadline_at > now() THEN c.deadline_at ELSE c.must_end_by END)
        FROM realtime_call AS c WHERE c.session_id = s.id
      )
      WHEN s.revoked_at IS NOT NULL THEN s.revoked_at
      WHEN s.expires_at <= now() THEN s.expires_at
      ELSE s.expires_at + make_interval(secs => s.max_call_seconds)
    END
    WHEN s.outcome = 'FAILED' THEN NULL
    WHEN s.outcome = 'ISSUED'
      THEN greatest(s.expires_at, s.created_at + make_interval(secs => s.requested_ttl_seconds))
        + make_interval(secs => s.session_limit_seconds)
    ELSE s.deadline + make_interval(secs => s.requested_ttl_seconds + s.session_limit_seconds)
  END AS exposed_until,
  s.failure_code, s.failure_upstream_status, s.failure_upstream_code, s.upstream_session_id, s.connection
FROM realtime_session AS s
JOIN application AS a ON a.id = s.application_id
JOIN end_user AS u ON u.id = s.user_id;
COMMENT ON VIEW reporting.sessions IS
  'One row for each session that was asked for and not refused. Narrow it by id >= uuidv7_floor(TIME), which skips whole months, rather than by created_at.';
COMMENT ON COLUMN reporting.sessions.status IS 'As of now: PENDING, ACTIVE, EXPIRED, REVOKED, FAILED or UNCONFIRMED.';
COMMENT ON COLUMN reporting.sessions.mint_ms IS 'From the reservation to the record of the secret, in milliseconds.';
COMMENT ON COLUMN reporting.sessions.exposed_until IS
  'The last moment at which something opened with the secret could still run. Null when nothing can have been issued.';

CREATE VIEW reporting.calls AS
SELECT c.session_id, c.created_at, now_is.status, s.provider, s.model,
  c.application_id, a.name AS application, c.user_id, u.external_id AS external_user_id,
  c.connected_at, c.last_activity_at, c.deadline_at,
  CASE WHEN now_is.status = 'ENDED' THEN coalesce(c.ended_at, c.must_end_by) END AS ended_at,
  CASE WHEN now_is.status = 'ENDED' THEN coalesce(c.end_reason, 'UNKNOWN') END AS end_reason,
  c.drifted_fields
FROM realtime_call AS c
CROSS JOIN LATERAL call_status(c.ended_at, c.must_end_by, c.connected_at, c.uncertain_at, c.connect_by, now()) AS now_is (status)
JOIN realtime_session AS s ON s.id = c.session_id
JOIN application AS a ON a.id = c.application_id
JOIN end_user AS u ON u.id = c.user_id;
COMMENT ON VIEW reporting.calls IS
  'One row for each call of a BROKERED session. Narrow it by session_id >= uuidv7_floor(TIME), which skips whole months.';
COMMENT ON COLUMN reporting.calls.status IS 'As of now: CONNECTING, LIVE, ENDED or UNCERTAIN.';
COMMENT ON COLUMN reporting.calls.drifted_fields IS 'Fields of the config that the browser changed during the call.';

CREATE VIEW reporting.usage_records AS
SELECT r.session_id, r.response_id, r.source, r.revision, r.at, r.reported_at, r.counted, r.provider, r.model,
  r.application_id, a.name AS application, r.user_id, u.external_id AS external_user_id,
  r.input_text_tokens, r.input_audio_tokens, r.input_image_tokens,
  r.cached_text_tokens, r.cached_audio_tokens, r.cached_image_tokens,
  r.output_text_tokens, r.output_audio_tokens, r.total_tokens, r.transcription_seconds,
  r.cost AS cost_usd, r.estimated AS cost_is_estimated
FROM usage_record AS r
JOIN application AS a ON a.id = r.application_id
JOIN end_user AS u ON u.id = r.user_id;
COMMENT ON VIEW reporting.usage_records IS
  'One row for each report of a response. Only rows with counted are part of any sum: an application''s report replaces a client''s, a correction what it corrects.';
COMMENT ON COLUMN reporting.usage_records.cost_usd IS 'Null when the model had no known price: unknown, not zero.';

CREATE VIEW reporting.usage_daily AS
SELECT r.day, r.provider, r.model, r.application_id, a.name AS application, r.user_id, u.external_id AS external_user_id,
  r.responses, r.input_text_tokens, r.input_audio_tokens, r.input_image_tokens,
  r.cached_text_tokens, r.cached_audio_tokens, r.cached_image_tokens,
  r.output_text_tokens, r.output_audio_tokens, r.total_tokens, r.transcription_seconds,
  r.cost_usd, r.known_cost_usd, r.estimated_cost_usd, r.unpriced_responses
FROM (
  SELECT (bucket AT TIME ZONE 'UTC')::date AS day, provider, model, application_id, user_id,
    sum(responses) AS responses,
    sum(input_text_tokens) AS input_text_tokens, sum(input_audio_tokens) AS input_audio_tokens,
    sum(input_image_tokens) AS input_image_tokens, sum(cached_text_tokens) AS cached_text_tokens,
    sum(cached_audio_tokens) AS cached_audio_tokens, sum(cached_image_tokens) AS cached_image_tokens,
    sum(output_text_tokens) AS output_text_tokens, sum(output_audio_tokens) AS output_audio_tokens,
    sum(total_tokens) AS total_tokens, sum(transcription_seconds) AS transcription_seconds,
    CASE WHEN sum(unpriced) = 0 THEN sum(known_cost) END AS cost_usd, sum(known_cost) AS known_cost_usd,
    sum(estimated_cost) AS estimated_cost_usd, sum(unpriced) AS unpriced_responses
  FROM usage_rollup GROUP BY 1, 2, 3, 4, 5
) AS r
JOIN application AS a ON a.id = r.application_id
JOIN end_user AS u ON u.id = r.user_id;
COMMENT ON VIEW reporting.usage_daily IS
  'What was used on each day in UTC, by user, application, provider and model. Empty rows are left out.';
COMMENT ON COLUMN reporting.usage_daily.cost_usd IS
  'Null when unpriced_responses is not 0: unknown, not zero. known_cost_usd adds up the others.';

CREATE VIEW reporting.audit_events AS
SELECT e.id, seal.sequence, e.at, e.action, e.outcome, e.actor_kind, coalesce(person.actor_name, e.actor_name) AS actor_name,
  e.actor_application_id, e.actor_user_id, e.actor_api_key_id, e.application_id, e.user_id, e.session_id, e.request_id,
  e.detail - 'fingerprint' - 'fingerprintKeyId' AS detail
FROM audit_event AS e
LEFT JOIN audit_identity AS person ON person.event_id = e.id
LEFT JOIN audit_seal AS seal ON seal.event_id = e.id;
COMMENT ON VIEW reporting.audit_events IS
  'What happened, and by whom. sequence is null until the event is sealed. Only gatehouse audit verify proves anything: this is for reading.';

COMMENT ON TABLE application IS 'Registered callers, and the limits of their users.';
COMMENT ON TABLE api_key IS 'Keys of applications: only their hashes.';
COMMENT ON TABLE end_user IS 'The people that sessions are for, and their own limits.';
COMMENT ON TABLE application_user IS 'Which application has or had a session of which user.';
COMMENT ON TABLE realtime_session IS 'The ledger: one row for each session that was reserved. A partition for each month.';
COMMENT ON TABLE realtime_call IS 'The calls of BROKERED sessions: one for each secret that was used. A partition for each month.';
COMMENT ON TABLE idempotency_key IS 'Keys that callers sent so that nothing is minted twice; forgotten after a day.';
COMMENT ON TABLE audit_event IS 'The audit trail. Rows are inserted, sealed and dropped by the month; never changed.';
COMMENT ON TABLE audit_identity IS 'What identifies a person in an audit event: an erasure deletes it.';
COMMENT ON TABLE audit_seal IS 'The sequence and the MAC of each sealed event.';
COMMENT ON TABLE audit_head IS 'The signed head of each sealed batch, chained to the one before.';
COMMENT ON TABLE usage_record IS 'Reported usage: one row for each report of a response, and each correction.';
COMMENT ON TABLE usage_rollup IS 'Sums of counted usage by user and quarter of an hour.';
COMMENT ON TABLE usage_sum IS 'Sums of counted usage by quarter of an hour, over all users; complete together with usage_part.';
COMMENT ON TABLE usage_part IS 'What is still to be added to usage_sum.';
COMMENT ON TABLE session_sum IS 'Counts of sessions and denied requests by quarter of an hour, over all users, of what is final.';
COMMENT ON TABLE session_rollup IS 'The same counts of each user.';
COMMENT ON TABLE session_sum_progress IS 'Up to which time session_sum and session_rollup are complete: one row.';

-- begin src/issuing/reserve-sessions.sql
-- Reserves several sessions in one transaction, so that they are committed together. Returns what reserve_session returns
-- of each, without a repeated session, and its place among the requests.
--   verdict: also "locked": another transaction has locked the user. Nothing was written of this one.
--
-- Requests say that they do not wait, because all the others would wait with them. A user that is new may be inserted by
-- somebody else at the same time: requests come sorted by their users, so that no two such transactions wait for each other.
CREATE OR REPLACE FUNCTION reserve_sessions(requests jsonb)
RETURNS TABLE (place integer, verdict text, detail jsonb, new_id uuid, of_user uuid, moment timestamptz, read_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '200ms' AS $$
DECLARE
  request jsonb;
  decided record;
  session realtime_session;
  sessions realtime_session[] := '{}';
  events audit_event[] := '{}';
  users text[] := '{}';
BEGIN
  place := 0;
  FOR request IN SELECT value FROM jsonb_array_elements(requests) LOOP
    -- One after the other: what was reserved of the same user has to be written before it is counted.
    IF request->>'externalUserId' = ANY (users) THEN
      PERFORM write_reservations(sessions, events);
      sessions := '{}';
      events := '{}';
      users := '{}';
    END IF;
    decided := decide_reservation(request);
    verdict := decided.verdict;
    detail := decided.detail;
    session := decided.session;
    new_id := session.id;
    of_user := session.user_id;
    moment := session.created_at;
    IF verdict = 'reserved' THEN
      sessions := sessions || session;
      events := events || decided.event;
      users := users || (request->>'externalUserId');
    END IF;
    read_at := clock_timestamp();
    RETURN NEXT;
    place := place + 1;
  END LOOP;
  PERFORM write_reservations(sessions, events);
END $$;
-- end src/issuing/reserve-sessions.sql

-- begin src/issuing/settle-sessions.sql
-- Settles several sessions in one transaction, so that they are committed together. Returns what settle_session returns
-- of each, and its place among the settlements.
--   settlements: id, settlement, notAfter and event of each
--
-- A lock that is not released soon ends it, so that the others do not wait: each is then settled by itself.
CREATE OR REPLACE FUNCTION settle_sessions(settlements jsonb)
RETURNS TABLE (place integer, outcome text, settled_at timestamptz, created_at timestamptz, deadline timestamptz,
  expires_at timestamptz, revoked_at timestamptz, connection text, requested_ttl_seconds integer,
  session_limit_seconds integer, max_call_seconds integer, read_at timestamptz)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET lock_timeout = '200ms' AS $$
DECLARE
  item jsonb;
  not_after timestamptz;
  first_not_after timestamptz := 'infinity';
  settled record;
  events audit_event[] := '{}';
BEGIN
  place := 0;
  FOR item IN SELECT value FROM jsonb_array_elements(settlements) LOOP
    not_after := (item->>'notAfter')::timestamptz;
    first_not_after := least(first_not_after, not_after);
    settled := apply_settlement((item->>'id')::uuid, item->'settlement', not_after, item->'event');
    IF settled.outcome IS NOT NULL THEN
      events := events || settled.event;
      outcome := settled.outcome;
      settled_at := settled.settled_at;
      created_at := settled.created_at;
      deadline := settled.deadline;
      expires_at := settled.expires_at;
      revoked_at := settled.revoked_at;
      connection := settled.connection;
      requested_ttl_seconds := settled.requested_ttl_seconds;
      session_limit_seconds := settled.session_limit_seconds;
      max_call_seconds := settled.max_call_seconds;
      read_at := clock_timestamp();
      RETURN NEXT;
    END IF;
    place := place + 1;
  END LOOP;
  -- Each statement takes time to start, so one writes the events of all.
  INSERT INTO audit_event SELECT e.* FROM unnest(events) AS e;
  -- What waited for the others must not become true after its sender has given up on it.
  IF clock_timestamp() >= first_not_after THEN
    RAISE EXCEPTION 'Settling together took too long';
  END IF;
END $$;
-- end src/issuing/settle-sessions.sql

-- begin src/audit/prepare-event.sql
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
-- end src/audit/prepare-event.sql

-- begin src/issuing/apply-settlement.sql
-- Settles a pending session. Returns what its status and its end depend on; nulls when it is not pending any more, when
-- it is past its deadline or `not_after`, or when it was to be issued although it was revoked or its user suspended.
--   settlement: outcome, and the columns of a secret or of a failure. `config` has the columns in which the session
--     differs from what was reserved.
--   asked: columns of audit_event, with action, outcome and detail
--   event: the row of the audit event, which the caller inserts in the same transaction
CREATE OR REPLACE FUNCTION apply_settlement(of_session uuid, settlement jsonb, not_after timestamptz, asked jsonb,
  OUT outcome text, OUT settled_at timestamptz, OUT created_at timestamptz, OUT deadline timestamptz,
  OUT expires_at timestamptz, OUT revoked_at timestamptz, OUT connection text, OUT requested_ttl_seconds integer,
  OUT session_limit_seconds integer, OUT max_call_seconds integer, OUT event audit_event)
LANGUAGE plpgsql AS $$
DECLARE
  config constant jsonb := coalesce(settlement->'config', '{}');
  of_application uuid;
  of_user uuid;
BEGIN
  -- Both conditions are read by clock_timestamp(): the statement may have waited for a lock, or in the socket of a paused
  -- server, and what its sender has given up on must not become true afterwards.
  UPDATE realtime_session AS s SET
    settled_at = clock_timestamp(),
    outcome = settlement->>'outcome',
    expires_at = (settlement->>'expires_at')::timestamptz,
    secret_fingerprint = settlement->>'secret_fingerprint',
    secret_fingerprint_key_id = settlement->>'secret_fingerprint_key_id',
    secret_prefix = settlement->>'secret_prefix',
    secret_last_four = settlement->>'secret_last_four',
    failure_code = settlement->>'failure_code',
    failure_upstream_status = (settlement->>'failure_upstream_status')::integer,
    failure_upstream_code = settlement->>'failure_upstream_code',
    failure_upstream_param = settlement->>'failure_upstream_param',
    failure_upstream_request_id = settlement->>'failure_upstream_request_id',
    failure_retry_at = (settlement->>'failure_retry_at')::timestamptz,
    upstream_session_id = settlement->>'upstream_session_id',
    upstream_config = nullif(settlement->'upstream_config', 'null')
  WHERE s.id = of_session AND s.outcome IS NULL AND least(s.deadline, not_after) > clock_timestamp()
    AND (settlement->>'outcome' <> 'ISSUED' OR s.revoked_at IS NULL AND NOT EXISTS (
      SELECT FROM end_user AS u WHERE u.id = s.user_id AND u.suspended_at IS NOT NULL
    ))
  RETURNING s.application_id, s.user_id, s.outcome, s.settled_at, s.created_at, s.deadline, s.expires_at, s.revoked_at,
    s.connection, s.requested_ttl_seconds, s.session_limit_seconds, s.max_call_seconds
  INTO of_application, of_user, outcome, settled_at, created_at, deadline, expires_at, revoked_at,
    connection, requested_ttl_seconds, session_limit_seconds, max_call_seconds;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  -- Few answers differ from what was sent. Each expression costs time in every update, also where it changes nothing.
  IF config <> '{}' THEN
    UPDATE realtime_session AS s SET
      model = CASE WHEN config ? 'model' THEN config->>'model' ELSE s.model END,
      modalities = CASE WHEN config ? 'modalities'
        THEN ARRAY(SELECT jsonb_array_elements_text(config->'modalities')) ELSE s.modalities END,
      instructions = CASE WHEN config ? 'instructions' THEN config->>'instructions' ELSE s.instructions END,
      voice = CASE WHEN config ? 'voice' THEN config->>'voice' ELSE s.voice END,
      input_audio_format = CASE WHEN config ? 'input_audio_format'
        THEN config->>'input_audio_format' ELSE s.input_audio_format END,
      output_audio_format = CASE WHEN config ? 'output_audio_format'
        THEN config->>'output_audio_format' ELSE s.output_audio_format END,
      input_audio_transcription = CASE WHEN config ? 'input_audio_transcription'
        THEN nullif(config->'input_audio_transcription', 'null') ELSE s.input_audio_transcription END,
      turn_detection = CASE WHEN config ? 'turn_detection'
        THEN nullif(config->'turn_detection', 'null') ELSE s.turn_detection END,
      input_audio_noise_reduction = CASE WHEN config ? 'input_audio_noise_reduction'
        THEN nullif(config->'input_audio_noise_reduction', 'null') ELSE s.input_audio_noise_reduction END,
      tools = CASE WHEN config ? 'tools' THEN config->'tools' ELSE s.tools END,
      tool_choice = CASE WHEN config ? 'tool_choice' THEN nullif(config->'tool_choice', 'null') ELSE s.tool_choice END,
      temperature = CASE WHEN config ? 'temperature'
        THEN (config->>'temperature')::double precision ELSE s.temperature END,
      max_response_output_tokens = CASE WHEN config ? 'max_response_output_tokens'
        THEN config->>'max_response_output_tokens' ELSE s.max_response_output_tokens END,
      output_language = CASE WHEN config ? 'output_language' THEN config->>'output_language' ELSE s.output_language END
    WHERE s.id = of_session;
  END IF;
  event := prepare_event(asked, settled_at, asked->>'action', asked->>'outcome', of_application, of_user, of_session,
    asked->'detail');
END $$;
-- end src/issuing/apply-settlement.sql

-- begin src/issuing/decide-reservation.sql
-- Decides whether a session may be reserved. Locks the user's row (creates it for a new user), and only then reads the
-- clock and counts: under READ COMMITTED each statement has a snapshot of its own, so those after the lock see what the
-- transactions that it waited for have written. A refusal counts against no quota and leaves an audit event.
-- What is reserved is written by the caller, in the same transaction (write_reservations), before it has anything else
-- of the same user decided: that would not be counted.
--   request: externalUserId, caller, idempotencyKey, inputHashes {keyId: hash}, inputHashKeyId, settleWithinSeconds,
--     expiresAfterSeconds (null: the default), defaultTtlSeconds, defaults (policy), unpricedModels (refused where a
--     budget applies), session and event (columns); waits (false: the verdict is "locked" instead of waiting for another
--     transaction, and nothing was written)
--   verdict: reserved | repeated | conflict | suspended | policy | quota | locked, with its detail
--   session, event: the rows to write when it is reserved
--   repeated: the session of a repeated key
--
-- Every mint waits for this, so it is two statements: lock and look.
CREATE OR REPLACE FUNCTION decide_reservation(request jsonb, OUT verdict text, OUT detail jsonb,
  OUT session realtime_session, OUT event audit_event, OUT repeated realtime_session)
LANGUAGE plpgsql AS $$
DECLARE
  asked constant jsonb := request->'session';
  waits constant boolean := coalesce((request->>'waits')::boolean, true);
  person end_user;
  moment timestamptz;
  remembered idempotency_key;
  policy jsonb;
  used record;
  waited boolean := false;
  ttl integer;
BEGIN
  IF waits THEN
    SELECT * INTO person FROM end_user WHERE external_id = request->>'externalUserId' FOR NO KEY UPDATE;
  ELSE
    SELECT * INTO person FROM end_user WHERE external_id = request->>'externalUserId' FOR NO KEY UPDATE SKIP LOCKED;
  END IF;
  IF NOT FOUND THEN
    IF NOT waits AND EXISTS (SELECT FROM end_user WHERE external_id = request->>'externalUserId') THEN
      verdict := 'locked';
      RETURN;
    END IF;
    person := lock_user(NULL, request->>'externalUserId');
  END IF;
  moment := clock_timestamp();

  -- A repeated key gets the outcome of its first request, whatever has changed since; so this comes before every check.
  IF request->>'idempotencyKey' IS NOT NULL THEN
    SELECT * INTO remembered FROM idempotency_key
    WHERE user_id = person.id AND caller = request->>'caller' AND key = request->>'idempotencyKey';
    IF FOUND THEN
      SELECT * INTO repeated FROM realtime_session WHERE id = remembered.session_id;
      detail := '{}';
      verdict := CASE WHEN remembered.input_hash = request->'inputHashes'->>remembered.input_hash_key_id
        THEN 'repeated' ELSE 'conflict' END;
      RETURN;
    END IF;
  END IF;

  LOOP
    SELECT effective_policy(person, app, request->'defaults') AS policy, usage.* INTO used
    FROM application AS app, quota_usage(person.id, moment) AS usage
    WHERE app.id = (asked->>'application_id')::uuid;
    EXIT WHEN waited OR used.overdue = 0;
    IF NOT waits THEN
      verdict := 'locked';
      RETURN;
    END IF;
    -- A session that was settled in time can be committed after its deadline, when a disk stalls. Wait for every such
    -- session, and look again: it would be counted neither as pending nor as issued.
    PERFORM FROM realtime_session AS overdue
    WHERE overdue.user_id = person.id AND overdue.outcome IS NULL AND overdue.deadline <= moment
      AND overdue.id >= uuidv7_floor(moment - interval '1 day')
    FOR NO KEY UPDATE;
    waited := true;
  END LOOP;

  policy := used.policy;
  ttl := coalesce(
    (request->>'expiresAfterSeconds')::integer,
    least((request->>'defaultTtlSeconds')::integer, (policy->>'maxTtlSeconds')::integer)
  );
  IF person.suspended_at IS NOT NULL THEN
    verdict := 'suspended';
    detail := jsonb_build_object('suspendedAt', person.suspended_at);
  ELSIF jsonb_typeof(policy->'allowedModels') = 'array' AND NOT policy->'allowedModels' ? (asked->>'model') THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'MODEL', 'allowed', policy->'allowedModels');
  ELSIF jsonb_typeof(policy->'allowedProviders') = 'array' AND NOT policy->'allowedProviders' ? (asked->>'provider') THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'PROVIDER', 'allowed', policy->'allowedProviders');
  ELSIF ttl > (policy->>'maxTtlSeconds')::integer THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'TTL', 'allowed', jsonb_build_array(policy->>'maxTtlSeconds'));
  ELSIF (policy->>'brokeredOnly')::boolean AND asked->>'connection' = 'DIRECT' THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'CONNECTION', 'allowed', '["BROKERED"]'::jsonb);
  ELSIF (asked->>'max_call_seconds')::integer > (policy->>'maxCallSeconds')::integer THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'CALL_LENGTH', 'allowed', jsonb_build_array(policy->>'maxCallSeconds'));
  ELSIF policy->>'monthlyBudgetUsd' IS NOT NULL AND reached_budget(person.id, policy, moment) IS NOT NULL THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'BUDGET',
      'allowed', jsonb_build_array(trim_scale((policy->>'monthlyBudgetUsd')::numeric)::text));
  ELSIF policy->>'monthlyBudgetUsd' IS NOT NULL AND request->'unpricedModels' <> '[]' THEN
    verdict := 'policy';
    detail := jsonb_build_object('rule', 'BUDGET', 'unpricedModels', request->'unpricedModels',
      'allowed', jsonb_build_array(trim_scale((policy->>'monthlyBudgetUsd')::numeric)::text));
  ELSIF used.active >= (policy->>'maxActiveSessions')::integer
    OR used.last_minute >= (policy->>'maxMintsPerMinute')::integer
    OR used.last_day >= (policy->>'maxMintsPerDay')::integer
  THEN
    -- Null when a session has been settled since, so that none is exceeded any more.
    detail := exceeded_quota(person.id, policy, moment);
    verdict := CASE WHEN detail IS NOT NULL THEN 'quota' END;
  END IF;

  IF verdict IS NOT NULL THEN
    PERFORM write_event(request->'event', moment, 'session.denied', 'DENIED', (asked->>'application_id')::uuid, person.id,
      NULL, detail || jsonb_build_object('reason', verdict, 'provider', asked->'provider', 'model', asked->'model'));
    RETURN;
  END IF;

  -- Read the clock again after counting: by the times that are stored, every session that was active at this one's
  -- created_at has been counted. A clock that was set back meanwhile must not make it older than that.
  moment := greatest(moment, clock_timestamp());
  -- In PL/pgSQL, jsonb_populate_record looks the columns up once in a transaction, and not at each call.
  session := jsonb_populate_record(NULL::realtime_session, asked);
  session.id := uuidv7_at(moment);
  session.user_id := person.id;
  session.created_at := moment;
  session.deadline := moment + make_interval(secs => (request->>'settleWithinSeconds')::double precision);
  session.requested_ttl_seconds := ttl;
  session.max_call_seconds := CASE session.connection WHEN 'BROKERED' THEN coalesce(session.max_call_seconds,
    least((policy->>'maxCallSeconds')::integer, session.session_limit_seconds)) END;
  IF request->>'idempotencyKey' IS NOT NULL THEN
    INSERT INTO idempotency_key (user_id, caller, key, input_hash, input_hash_key_id, session_id, created_at)
    VALUES (person.id, request->>'caller', request->>'idempotencyKey',
      request->'inputHashes'->>(request->>'inputHashKeyId'), request->>'inputHashKeyId', session.id, moment);
  END IF;
  verdict := 'reserved';
  detail := jsonb_build_object('expiresAfterSeconds', ttl);
  event := prepare_event(request->'event', moment, 'session.requested', 'SUCCEEDED', session.application_id, person.id,
    session.id, request->'event'->'detail' || detail);
END $$;
-- end src/issuing/decide-reservation.sql

-- begin src/issuing/write-reservations.sql
-- Writes what decide_reservation has decided, in its transaction: sessions of different users, their events, and when
-- each user had its last session, with the application and at all. One statement for all, because starting one takes time.
CREATE OR REPLACE FUNCTION write_reservations(sessions realtime_session[], events audit_event[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  WITH reserved AS (
    INSERT INTO realtime_session SELECT s.* FROM unnest(sessions) AS s RETURNING application_id, user_id, created_at
  ), seen AS (
    -- Later than any before, because the clock was read under the user's lock.
    UPDATE end_user AS u SET last_session_at = r.created_at FROM reserved AS r WHERE u.id = r.user_id
  ), paired AS (
    INSERT INTO application_user AS pair (application_id, user_id, first_session_at, last_session_at)
    SELECT r.application_id, r.user_id, r.created_at, r.created_at FROM reserved AS r
    ON CONFLICT (application_id, user_id) DO UPDATE SET last_session_at = EXCLUDED.last_session_at
  )
  INSERT INTO audit_event SELECT e.* FROM unnest(events) AS e;
END $$;
-- end src/issuing/write-reservations.sql
