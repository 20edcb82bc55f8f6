import type { Json } from '../platform/validation/json.ts';
import type { RedactedSecret, Session, SessionRecord, SessionStatus, SessionSummary } from './session.ts';
import type {
  AudioFormat,
  InputAudioTranscription,
  Label,
  Modality,
  NoiseReductionType,
  SessionType,
  Tool,
  ToolChoice,
  TurnDetection,
} from './session-config.ts';

/** A row of realtime_session as `summaryColumns` reads it. */
export type SummaryRow = {
  id: string;
  user_id: string;
  provider: string;
  status: SessionStatus;
  created_at: Date;
  issued_at: Date | null;
  revoked_at: Date | null;
  expires_at: Date | null;
  read_at: Date;
  secret_prefix: string | null;
  secret_last_four: string | null;
  upstream_session_id: string | null;
  type: SessionType;
  model: string;
  voice: string | null;
  external_user_id?: string | null;
};

/** A row of realtime_session as `recordColumns` reads it. */
export type RecordRow = SummaryRow & {
  application_id: string;
  exposed_until: Date | null;
  secret_fingerprint: string | null;
  secret_fingerprint_key_id: string | null;
  failure_code: string | null;
  failure_upstream_status: number | null;
  failure_upstream_code: string | null;
  failure_upstream_request_id: string | null;
  object: string;
  labels: Label[];
};

/** A row of realtime_session as `sessionColumns` reads it. */
export type SessionRow = RecordRow & {
  modalities: Modality[];
  instructions: string | null;
  input_audio_format: AudioFormat | null;
  output_audio_format: AudioFormat | null;
  input_audio_transcription: InputAudioTranscription | null;
  turn_detection: TurnDetection | null;
  input_audio_noise_reduction: NoiseReductionType | null;
  tools: Tool[];
  tool_choice: ToolChoice | null;
  temperature: number | null;
  max_response_output_tokens: string | null;
  upstream_config?: Json;
};

/**
 * The least that listings select of a session `s`. What depends on the time is decided here, by the database's clock
 * (now() is one reading for the whole statement).
 */
export const summaryColumns = `
  s.id, s.user_id, s.provider, s.created_at, s.expires_at,
  session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()) AS status,
  s.revoked_at,
  CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END AS issued_at,
  now() AS read_at,
  s.secret_prefix, s.secret_last_four, s.upstream_session_id, s.type, s.model, s.voice`;

/** The same, and everything else but the config. */
export const recordColumns = `${summaryColumns}, s.application_id,
  CASE
    WHEN s.outcome = 'FAILED' THEN NULL
    ELSE coalesce(s.expires_at, s.deadline + make_interval(secs => s.requested_ttl_seconds))
      + make_interval(secs => s.session_limit_seconds)
  END AS exposed_until,
  s.secret_fingerprint, s.secret_fingerprint_key_id,
  s.failure_code, s.failure_upstream_status, s.failure_upstream_code, s.failure_upstream_request_id,
  s.object, s.labels`;

/** The same, and the rest of the config, which is most of a row. */
export const sessionColumns = `${recordColumns}, s.modalities, s.instructions,
  s.input_audio_format, s.output_audio_format, s.input_audio_transcription, s.turn_detection,
  s.input_audio_noise_reduction, s.tools, s.tool_choice, s.temperature, s.max_response_output_tokens`;

/** Turns a row into the least that listings know of a session. */
export function toSummary(row: SummaryRow): SessionSummary {
  return { ...summary(row), clientSecret: redactedSecret(row), config: null };
}

/** Turns a row into a session without its config. */
export function toRecord(row: RecordRow): SessionRecord {
  return { ...withoutConfig(row), config: null };
}

/** Turns a row into the session that the domain and the schema know. */
export function toSession(row: SessionRow): Session {
  const { type, model, voice } = row;
  return {
    ...withoutConfig(row),
    config: {
      type,
      model,
      voice,
      modalities: row.modalities,
      instructions: row.instructions,
      inputAudioFormat: row.input_audio_format,
      outputAudioFormat: row.output_audio_format,
      inputAudioTranscription: row.input_audio_transcription,
      turnDetection: row.turn_detection,
      inputAudioNoiseReduction:
        row.input_audio_noise_reduction === null ? null : { type: row.input_audio_noise_reduction },
      tools: row.tools,
      toolChoice: row.tool_choice,
      temperature: row.temperature,
      maxResponseOutputTokens: tokenLimit(row.max_response_output_tokens),
    },
    ...(row.upstream_config === undefined ? {} : { upstreamConfig: row.upstream_config }),
  };
}

function withoutConfig(row: RecordRow): Omit<Session, 'config' | 'upstreamConfig'> {
  const shown = redactedSecret(row);
  const fingerprint = row.secret_fingerprint;
  return {
    ...summary(row),
    applicationId: row.application_id,
    object: row.object,
    labels: row.labels,
    clientSecret: shown === null || fingerprint === null ? null : { ...shown, fingerprint },
    failure: failure(row),
    exposedUntil: row.exposed_until,
  };
}

function summary(row: SummaryRow) {
  return {
    id: row.id,
    userId: row.user_id,
    externalUserId: row.external_user_id,
    provider: row.provider,
    status: row.status,
    type: row.type,
    model: row.model,
    voice: row.voice,
    upstreamSessionId: row.upstream_session_id,
    createdAt: row.created_at,
    issuedAt: row.issued_at,
    revokedAt: row.revoked_at,
    readAt: row.read_at,
  };
}

function redactedSecret(row: SummaryRow): RedactedSecret | null {
  if (row.expires_at === null) return null;
  return {
    sessionId: row.id,
    redacted: `${row.secret_prefix ?? ''}…${row.secret_last_four ?? ''}`,
    expiresAt: row.expires_at,
    readAt: row.read_at,
  };
}

function tokenLimit(stored: string | null): number | 'inf' | null {
  if (stored === null || stored === 'inf') return stored;
  return Number(stored);
}

function failure(row: RecordRow): Session['failure'] {
  // Nobody settled it in time: the outcome is unknown, and the clock said so before any job could.
  const code = row.failure_code ?? (row.status === 'UNCONFIRMED' ? 'not_settled' : null);
  if (code === null) return null;
  return {
    code,
    upstreamStatus: row.failure_upstream_status,
    upstreamCode: row.failure_upstream_code,
    upstreamRequestId: row.failure_upstream_request_id,
  };
}
