-- What sessions used: a record for each response that was reported, and sums of them by quarter of an hour.

-- ------------------------------------------------------------------ tables

-- One report. The same response may be reported by the user's client and by the application; the application's counts.
-- cost is in US dollars, exact; null when no price was known, and then price is null too: what was paid by.
CREATE TABLE usage_record (
  session_id uuid NOT NULL,
  source text NOT NULL CHECK (source IN ('APPLICATION', 'CLIENT')),
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
  PRIMARY KEY (session_id, source, response_id),
  CONSTRAINT usage_record_priced CHECK ((cost IS NULL) = (price IS NULL))
) PARTITION BY RANGE (session_id);
-- The edges of an interval: what lies between its end and the next quarter of an hour.
CREATE INDEX usage_record_user_id_at_idx ON usage_record (user_id, at);
CREATE INDEX usage_record_at_idx ON usage_record (at);

-- Sums of the records that count. One row is written by those who hold its user's lock, and nobody else.
CREATE TABLE usage_rollup (
  user_id uuid NOT NULL,
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
  PRIMARY KEY (user_id, bucket, application_id, model, provider)
);
CREATE INDEX usage_rollup_bucket_idx ON usage_rollup (bucket);

-- The same over all users. Everybody's reports meet in its rows, so nobody who reports writes them: a report leaves its
-- part in usage_part, and periodic work adds those up. Who reads sums both tables, and misses nothing in between.
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
  PRIMARY KEY (bucket, application_id, model, provider)
);
CREATE TABLE usage_part (
  id uuid PRIMARY KEY DEFAULT uuidv7_at(clock_timestamp()),
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
  unpriced bigint NOT NULL
);

-- ------------------------------------------------------------------ partitions

-- Creates the monthly partitions (months in UTC) of all partitioned tables that cover [from, to] and are missing;
-- returns how many it made. There is no default partition: retention drops partitions, and a row
-- without one is an error that the readiness of the ledger foresees, not a place to hide.
CREATE OR REPLACE FUNCTION create_partitions("from" timestamptz, "to" timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', "from" AT TIME ZONE 'UTC');
  parents constant text[] := ARRAY['realtime_session', 'audit_event', 'usage_record'];
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

-- Sessions that are there already may still be reported on: their months get their partitions now, those ahead as ever.
SELECT create_partitions(month, month)
FROM pg_inherits, to_timestamp(right(inhrelid::regclass::text, 7) || ' +00', 'YYYY_MM TZH') AS month
WHERE inhparent = 'realtime_session'::regclass AND inhrelid::regclass::text ~ '^realtime_session_\d{4}_\d{2}$';

-- ------------------------------------------------------------------ writing

-- Adds what a record says to the sums, or with -1 takes it away again.
CREATE FUNCTION count_usage(entry usage_record, sign integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  part usage_part;
BEGIN
  INSERT INTO usage_part (bucket, application_id, model, provider, responses,
    input_text_tokens, input_audio_tokens, input_image_tokens,
    cached_text_tokens, cached_audio_tokens, cached_image_tokens,
    output_text_tokens, output_audio_tokens, total_tokens, transcription_seconds, known_cost, unpriced)
  VALUES (date_bin('15 minutes', entry.at, timestamptz 'epoch'), entry.application_id, entry.model, entry.provider, sign,
    sign * entry.input_text_tokens, sign * entry.input_audio_tokens, sign * entry.input_image_tokens,
    sign * entry.cached_text_tokens, sign * entry.cached_audio_tokens, sign * entry.cached_image_tokens,
    sign * entry.output_text_tokens, sign * entry.output_audio_tokens, sign * entry.total_tokens,
    sign * entry.transcription_seconds, sign * coalesce(entry.cost, 0),
    CASE WHEN entry.cost IS NULL THEN sign ELSE 0 END)
  RETURNING * INTO part;

  INSERT INTO usage_rollup AS r VALUES (entry.user_id, part.bucket, part.application_id, part.model, part.provider,
    part.responses, part.input_text_tokens, part.input_audio_tokens, part.input_image_tokens,
    part.cached_text_tokens, part.cached_audio_tokens, part.cached_image_tokens,
    part.output_text_tokens, part.output_audio_tokens, part.total_tokens,
    part.transcription_seconds, part.known_cost, part.unpriced)
  ON CONFLICT (user_id, bucket, application_id, model, provider) DO UPDATE SET
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
    unpriced = r.unpriced + EXCLUDED.unpriced;
END $$;

-- Adds up what reports left, at most `most` of it; says how much that was. One at a time: of several that run it at
-- once one does it, and the others find nothing.
CREATE FUNCTION sum_usage(most integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  taken integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('gatehouse.sum_usage')) THEN
    RETURN 0;
  END IF;
  WITH parts AS (
    DELETE FROM usage_part WHERE id IN (SELECT id FROM usage_part ORDER BY id LIMIT most) RETURNING *
  ), counted AS (
    SELECT count(*)::integer AS parts FROM parts
  ), added AS (
    INSERT INTO usage_sum AS s
    SELECT bucket, application_id, model, provider, sum(responses),
      sum(input_text_tokens), sum(input_audio_tokens), sum(input_image_tokens),
      sum(cached_text_tokens), sum(cached_audio_tokens), sum(cached_image_tokens),
      sum(output_text_tokens), sum(output_audio_tokens), sum(total_tokens),
      sum(transcription_seconds), sum(known_cost), sum(unpriced)
    FROM parts GROUP BY bucket, application_id, model, provider
    ON CONFLICT (bucket, application_id, model, provider) DO UPDATE SET
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
      unpriced = s.unpriced + EXCLUDED.unpriced
  )
  SELECT parts INTO taken FROM counted;
  RETURN taken;
END $$;

-- Records what a response used, in one round trip. Locks the user first, as everybody does: of several reports of one
-- response one counts, and the sums of a user have one writer.
--   report: columns of usage_record that the gateway decides: source, response_id, model, at, the numbers, cost, price
--   verdict: reported | already (with the same numbers) | conflict (with others: the first stand)
--     | not_found | not_issued | before_issue | in_future | after_exposure (of `at`; nothing was changed)
CREATE FUNCTION report_usage(of_session uuid, report jsonb, by jsonb) RETURNS text
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  entry usage_record := jsonb_populate_record(NULL::usage_record, report);
  earlier usage_record;
  session realtime_session;
  moment timestamptz;
  replaced boolean;
BEGIN
  SELECT * INTO session FROM realtime_session WHERE id = of_session;
  IF NOT FOUND THEN
    RETURN 'not_found';
  END IF;
  PERFORM lock_user(session.user_id, NULL);
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
