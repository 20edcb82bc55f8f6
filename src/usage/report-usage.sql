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
