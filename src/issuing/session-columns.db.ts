import type { RecordOf } from '../audit/actions.ts';
import type { SessionConfig } from '../sessions/session-config.ts';
import type { Settlement } from './issue-store.ts';

/** Columns of realtime_session for a config, by name, as jsonb_populate_record takes them. */
export function configColumns(config: SessionConfig) {
  return {
    type: config.type,
    model: config.model,
    modalities: config.modalities,
    instructions: config.instructions,
    voice: config.voice,
    input_audio_format: config.inputAudioFormat,
    output_audio_format: config.outputAudioFormat,
    input_audio_transcription: config.inputAudioTranscription,
    turn_detection: config.turnDetection,
    input_audio_noise_reduction: config.inputAudioNoiseReduction?.type ?? null,
    tools: config.tools,
    tool_choice: config.toolChoice,
    temperature: config.temperature,
    max_response_output_tokens:
      config.maxResponseOutputTokens === null ? null : String(config.maxResponseOutputTokens),
  };
}

/** Columns of realtime_session that a settlement changes. */
export function settlementColumns(settlement: Settlement) {
  switch (settlement.kind) {
    case 'issued':
      return {
        ...configColumns(settlement.config),
        outcome: 'ISSUED',
        expires_at: settlement.secret.expiresAt,
        secret_fingerprint: settlement.secret.fingerprint,
        secret_fingerprint_key_id: settlement.secret.fingerprintKeyId,
        secret_prefix: settlement.secret.prefix,
        secret_last_four: settlement.secret.lastFour,
        upstream_session_id: settlement.upstreamSessionId,
        upstream_config: settlement.upstreamConfig,
      };
    case 'failed':
    case 'unconfirmed':
      return {
        outcome: settlement.kind === 'failed' ? 'FAILED' : 'UNCONFIRMED',
        failure_code: settlement.failure.code,
        failure_upstream_status: settlement.failure.upstreamStatus,
        failure_upstream_code: settlement.failure.upstreamCode,
        failure_upstream_request_id: settlement.failure.upstreamRequestId,
      };
    default:
      return settlement satisfies never;
  }
}

/** What the audit trail says of a settlement: enough to find the secret's session, never the secret. */
export function settlementEvent(
  settlement: Settlement,
): RecordOf<'session.issued' | 'session.failed' | 'session.unconfirmed'> {
  switch (settlement.kind) {
    case 'issued':
      return {
        action: 'session.issued',
        outcome: 'SUCCEEDED',
        detail: {
          expiresAt: settlement.secret.expiresAt.toISOString(),
          fingerprint: settlement.secret.fingerprint,
          fingerprintKeyId: settlement.secret.fingerprintKeyId,
          upstreamSessionId: settlement.upstreamSessionId,
        },
      };
    case 'failed':
      return { action: 'session.failed', outcome: 'FAILED', detail: settlement.failure };
    case 'unconfirmed':
      return { action: 'session.unconfirmed', outcome: 'FAILED', detail: settlement.failure };
    default:
      return settlement satisfies never;
  }
}
