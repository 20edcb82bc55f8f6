-- Records what a response used, in one round trip. Locks the user first, like every other writer: of concurrent
-- reports of one response one counts, and a user's sums have one writer. Of an erased user only the numbers are
-- stored.
--   report: columns of usage_record that the gateway decides: source, response_id, model, at, the numbers, cost, price
--   most_reports: how many reports of this source the session may have
--   verdict: reported | already (with the same numbers) | conflict (with other numbers: the first stay)
--     | not_found | not_issued | before_issue | in_future | after_exposure (of `at`; nothing was changed)
--     | too_many (the session has most_reports; nothing was changed)
CREATE OR REPLACE FUNCTION report_usage(of_session uuid, report jsonb, by jsonb, most_reports integer) RETURNS text
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
  ELSIF (SELECT count(*) FROM (SELECT FROM usage_record AS r
      WHERE r.session_id = of_session AND r.source = entry.source LIMIT most_reports) AS reports) >= most_reports
  THEN
    RETURN 'too_many';
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
