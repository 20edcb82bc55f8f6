import type { Json } from '../domain/json.ts';
import type { Session, SessionStatus, SessionSummary } from '../domain/session.ts';
import type {
  AudioFormat,
  ConfigSummary,
  InputAudioTranscription,
  Label,
  Modality,
  NoiseReductionType,
  SessionType,
  Tool,
  ToolChoice,
  TurnDetection,
} from '../domain/session-config.ts';

/** A row of realtime_session as `summaryColumns` reads it. */
export type SummaryRow = {
  id: string;
  user_id: string;
  application_id: string;
  provider: string;
  status: SessionStatus;
  created_at: Date;
  issued_at: Date | null;
  revoked_at: Date | null;
  expires_at: Date | null;
  exposed_until: Date | null;
  read_at: Date;
  secret_fingerprint: string | null;
  secret_fingerprint_key_id: string | null;
  secret_prefix: string | null;
  secret_last_four: string | null;
  failure_code: string | null;
  failure_upstream_status: number | null;
  failure_upstream_code: string | null;
  failure_upstream_request_id: string | null;
  upstream_session_id: string | null;
  object: string;
  type: SessionType;
  model: string;
  voice: string | null;
  labels: Label[];
  external_user_id?: string | null;
};

/** A row of realtime_session as `sessionColumns` reads it. */
export type SessionRow = SummaryRow & {
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
 * What listings select of a session `s`. What depends on the time is decided here, by the database's clock
 * (now() is one reading for the whole statement).
 */
export const summaryColumns = `
  s.id, s.user_id, s.application_id, s.provider, s.created_at, s.expires_at,
  session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()) AS status,
  s.revoked_at,
  CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END AS issued_at,
  CASE
    WHEN s.outcome = 'FAILED' THEN NULL
    ELSE coalesce(s.expires_at, s.deadline + make_interval(secs => s.requested_ttl_seconds))
      + make_interval(secs => s.session_limit_seconds)
  END AS exposed_until,
  now() AS read_at,
  s.secret_fingerprint, s.secret_fingerprint_key_id, s.secret_prefix, s.secret_last_four,
  s.failure_code, s.failure_upstream_status, s.failure_upstream_code, s.failure_upstream_request_id,
  s.upstream_session_id, s.object, s.type, s.model, s.voice, s.labels`;

/** The same, and the rest of the config, which is most of a row. */
export const sessionColumns = `${summaryColumns}, s.modalities, s.instructions,
  s.input_audio_format, s.output_audio_format, s.input_audio_transcription, s.turn_detection,
  s.input_audio_noise_reduction, s.tools, s.tool_choice, s.temperature, s.max_response_output_tokens`;

/** Turns a row into the session that listings know. */
export function toSummary(row: SummaryRow): SessionSummary {
  return { ...withoutConfig(row), config: configSummary(row) };
}

/** Turns a row into the session that the domain and the schema know. */
export function toSession(row: SessionRow): Session {
  return {
    ...withoutConfig(row),
    config: {
      ...configSummary(row),
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

function configSummary({ type, model, voice }: SummaryRow): ConfigSummary {
  return { type, model, voice };
}

function withoutConfig(row: SummaryRow): Omit<Session, 'config'> {
  return {
    id: row.id,
    userId: row.user_id,
    applicationId: row.application_id,
    provider: row.provider,
    status: row.status,
    upstreamSessionId: row.upstream_session_id,
    object: row.object,
    labels: row.labels,
    secret: secretTrace(row),
    failure: failure(row),
    createdAt: row.created_at,
    issuedAt: row.issued_at,
    revokedAt: row.revoked_at,
    exposedUntil: row.exposed_until,
    readAt: row.read_at,
    ...(row.external_user_id === undefined ? {} : { externalUserId: row.external_user_id }),
  };
}

function tokenLimit(stored: string | null): number | 'inf' | null {
  if (stored === null || stored === 'inf') return stored;
  return Number(stored);
}

function secretTrace(row: SummaryRow): Session['secret'] {
  const { secret_fingerprint, secret_fingerprint_key_id, secret_prefix, secret_last_four, expires_at } = row;
  if (secret_fingerprint === null || secret_fingerprint_key_id === null || expires_at === null) return null;
  return {
    fingerprint: secret_fingerprint,
    fingerprintKeyId: secret_fingerprint_key_id,
    prefix: secret_prefix ?? '',
    lastFour: secret_last_four ?? '',
    expiresAt: expires_at,
  };
}

function failure(row: SummaryRow): Session['failure'] {
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
