import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { BareRequest, UpstreamAnswer, UpstreamRequest } from './wire.ts';

// The two writes of a mint as src/postgres/reserve-session.ts and settle-session.ts make them, the same rows
// with the same columns; only what comes back is no more than the answer needs. Keep them in step.

const RESERVE = {
  name: 'reserve',
  text: 'SELECT r.new_id AS id FROM reserve_session($1::jsonb) AS r',
};

// Quotas are counted all the same.
const UNLIMITED = {
  allowedModels: null,
  allowedProviders: null,
  maxTtlSeconds: 7200,
  maxActiveSessions: 1_000_000,
  maxMintsPerMinute: 1_000_000,
  maxMintsPerDay: 1_000_000,
  monthlyBudgetUsd: null,
};

const COLUMNS = `
  outcome, expires_at, secret_fingerprint, secret_fingerprint_key_id, secret_prefix, secret_last_four,
  failure_code, failure_upstream_status, failure_upstream_code, failure_upstream_param,
  failure_upstream_request_id, failure_retry_at,
  upstream_session_id, model, modalities, instructions, voice,
  input_audio_format, output_audio_format, input_audio_transcription, turn_detection,
  input_audio_noise_reduction, tools, tool_choice, temperature, max_response_output_tokens, upstream_config`;

const SETTLE = {
  name: 'settle',
  text: `
    WITH s AS (
      UPDATE realtime_session AS open
      SET settled_at = clock_timestamp(), (${COLUMNS}) = (
        SELECT ${COLUMNS} FROM jsonb_populate_record(open, $2::jsonb)
      )
      WHERE id = $1 AND outcome IS NULL AND least(deadline, $3) > clock_timestamp() AND revoked_at IS NULL
        AND NOT EXISTS (SELECT FROM end_user AS u WHERE u.id = open.user_id AND u.suspended_at IS NOT NULL)
      RETURNING open.*
    ), audited AS (
      INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, user_id, session_id,
        request_id, ip_address, user_agent, detail)
      SELECT uuidv7_at(s.settled_at), s.settled_at, event.action, event.outcome, event.actor_kind, event.actor_name,
        s.user_id, s.id, event.request_id, event.ip_address, event.user_agent, event.detail
      FROM s, jsonb_populate_record(NULL::audit_event, $4::jsonb) AS event
    )
    SELECT session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()) AS status FROM s`,
};

/** Writes the pending session and its event; returns the session's id. */
export async function reserve(
  pool: pg.Pool,
  applicationId: string,
  { externalUserId, labels, wire }: BareRequest,
): Promise<string> {
  const { seconds } = wire.expires_after;
  const session = {
    ...columnsOf(wire.session),
    application_id: applicationId,
    provider: 'openai',
    object: 'realtime.session',
    labels,
    session_limit_seconds: 3600,
    connection: 'DIRECT',
  };
  const detail = {
    provider: 'openai',
    type: 'REALTIME',
    model: wire.session.model,
  };
  const request = {
    externalUserId,
    settleWithinSeconds: 15,
    expiresAfterSeconds: seconds,
    defaults: UNLIMITED,
    session,
    event: eventOf('session.requested', detail),
  };
  const values = [JSON.stringify(request)];
  const { rows } = await pool.query<{ id: string }>({ ...RESERVE, values });
  if (rows[0] === undefined) throw new Error('Nothing was reserved');
  return rows[0].id;
}

type Minted = { id: string; minted: UpstreamAnswer; expiresAt: Date; fingerprint: string };

/** Writes what the mint came to and its event; returns the session's status. */
export async function settle(pool: pg.Pool, { id, minted, expiresAt, fingerprint }: Minted): Promise<string> {
  const { session } = minted;
  const columns = {
    ...columnsOf(session),
    outcome: 'ISSUED',
    expires_at: expiresAt,
    secret_fingerprint: fingerprint,
    secret_fingerprint_key_id: 'bench',
    secret_prefix: 'ek_',
    secret_last_four: minted.value.slice(-4),
    upstream_session_id: session.id,
    upstream_config: session,
  };
  const detail = { expiresAt, fingerprint, fingerprintKeyId: 'bench', upstreamSessionId: session.id };
  const event = eventOf('session.issued', detail);
  const values = [id, JSON.stringify(columns), new Date(Date.now() + 2000), JSON.stringify(event)];
  const { rows } = await pool.query<{ status: string }>({ ...SETTLE, values });
  if (rows[0] === undefined) throw new Error('The session was not pending any more');
  return rows[0].status;
}

function columnsOf({ model, instructions, audio, tools }: UpstreamRequest['session']) {
  return {
    type: 'REALTIME',
    model,
    modalities: ['AUDIO'],
    instructions,
    voice: audio.output.voice,
    input_audio_format: 'PCM16',
    output_audio_format: 'PCM16',
    input_audio_transcription: audio.input.transcription,
    turn_detection: audio.input.turn_detection,
    tools,
    tool_choice: { mode: 'AUTO', name: null, serverLabel: null },
    max_response_output_tokens: 'inf',
  };
}

function eventOf(action: string, detail: object) {
  return {
    actor_kind: 'OPERATOR',
    actor_name: 'bench',
    request_id: randomUUID(),
    ip_address: '127.0.0.1',
    action,
    outcome: 'SUCCEEDED',
    detail,
  };
}
