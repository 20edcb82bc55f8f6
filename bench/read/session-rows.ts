/** Loads sessions: $1 from, $2 to, $3 how many, $4 which of the outcomes below; $5 and on what is in every row. */
export const INSERT_SESSIONS = `
  INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline, requested_ttl_seconds,
    session_limit_seconds, outcome, settled_at, revoked_at, expires_at, expiry_announced_at, secret_fingerprint,
    secret_fingerprint_key_id, secret_prefix, secret_last_four, failure_code, failure_upstream_status,
    upstream_session_id, object, type, model, modalities, instructions, voice, input_audio_format,
    output_audio_format, input_audio_transcription, turn_detection, tools, tool_choice, max_response_output_tokens,
    upstream_config, labels)
  SELECT uuidv7_at(at), user_id, application_id, 'openai', at, at + interval '15 seconds', 7200,
    3600, outcome, at + (0.2 + random() * 0.4) * interval '1 second',
    CASE WHEN outcome = 'ISSUED' AND revoked THEN at + interval '90 seconds' END,
    CASE WHEN outcome = 'ISSUED' THEN at + interval '2 hours' END,
    CASE WHEN outcome = 'ISSUED' AND NOT revoked AND at + interval '2 hours' <= now() THEN at + interval '2 hours' END,
    CASE WHEN outcome = 'ISSUED' THEN fingerprint || fingerprint END,
    CASE WHEN outcome = 'ISSUED' THEN 'bench' END, CASE WHEN outcome = 'ISSUED' THEN 'ek_' END,
    CASE WHEN outcome = 'ISSUED' THEN right(fingerprint, 4) END,
    CASE outcome WHEN 'FAILED' THEN 'upstream_refused' WHEN 'UNCONFIRMED' THEN 'upstream_timeout' END,
    CASE outcome WHEN 'FAILED' THEN 429 END,
    CASE WHEN outcome = 'ISSUED' THEN 'sess_' || fingerprint END,
    'realtime.session', 'REALTIME', model, '{AUDIO}', format($5, number), voice, 'PCM16', 'PCM16',
    $6, $7, $8, $9, 'inf', CASE WHEN outcome = 'ISSUED' THEN $10::jsonb END, $11
  FROM (
    SELECT number, at, user_id, application_id,
      coalesce($4, CASE WHEN luck < 0.93 THEN 'ISSUED' WHEN luck < 0.98 THEN 'FAILED' ELSE 'UNCONFIRMED' END) AS outcome,
      $4 IS NULL AND luck < 0.03 AS revoked,
      md5(at::text || number) AS fingerprint,
      (ARRAY['gpt-realtime-2.1', 'gpt-realtime-2.1', 'gpt-realtime-2.1', 'gpt-realtime', 'gpt-realtime-mini'])[1 + choice % 5] AS model,
      (ARRAY['marin', 'cedar', 'alloy', 'verse'])[1 + choice % 4] AS voice
    FROM (
      SELECT number, random() AS luck, floor(random() * 60)::integer AS choice,
        $1::timestamptz + ($2::timestamptz - $1) * ((number + random()) / ($3::integer + 1)) AS at,
        ((SELECT array_agg(id ORDER BY id) FROM end_user))[1 + floor(random() * (SELECT count(*) FROM end_user))::integer] AS user_id,
        ((SELECT array_agg(id ORDER BY id) FROM application))[1 + floor(random() * (SELECT count(*) FROM application))::integer] AS application_id
      FROM generate_series(0, $3 - 1) AS number
    ) AS drawn
  ) AS session`;

const INSTRUCTIONS = `You answer the telephone of a shop for bicycles. The caller is customer %s. Be brief and friendly, speak
the language of the caller, and look orders up before you talk about them. When you are asked for something that you
cannot do, say so, and offer to pass the call on to a colleague. Never promise a date of delivery.`;

const TRANSCRIPTION = { model: 'gpt-4o-mini-transcribe', language: 'de', prompt: null };
const TURN_DETECTION = {
  type: 'SERVER_VAD',
  threshold: 0.6,
  prefixPaddingMs: 300,
  silenceDurationMs: 400,
  createResponse: true,
  interruptResponse: true,
};
const TOOLS = [
  {
    kind: 'FUNCTION',
    name: 'find_order',
    description: 'Looks up an order.',
    parameters: { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] },
  },
];
const UPSTREAM_CONFIG = {
  type: 'realtime',
  object: 'realtime.session',
  output_modalities: ['audio'],
  audio: {
    input: { format: { type: 'audio/pcm', rate: 24_000 }, transcription: { model: TRANSCRIPTION.model } },
    output: { format: { type: 'audio/pcm', rate: 24_000 }, speed: 1 },
  },
  max_output_tokens: 'inf',
  tracing: null,
  truncation: 'auto',
};

/** The parameters from $5 on: about a kilobyte of configuration. */
export const CONFIGURATION: readonly string[] = [
  INSTRUCTIONS,
  ...[
    TRANSCRIPTION,
    TURN_DETECTION,
    TOOLS,
    { mode: 'AUTO', name: null, serverLabel: null },
    UPSTREAM_CONFIG,
    [{ key: 'channel', value: 'telephone' }],
  ].map((value) => JSON.stringify(value)),
];
