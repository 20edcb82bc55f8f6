import type { RealtimeSessionModel } from '../../prisma/generated/models.ts';
import { columnName, columns } from '../platform/database/columns.ts';
import type { Json } from '../platform/validation/json.ts';
import type { ConnectionKind } from './call-request.ts';
import { exposedUntil } from './exposed-until.db.ts';
import {
  CONFIG_BEYOND_SUMMARY,
  type RedactedSecret,
  type Session,
  type SessionRecord,
  type SessionStatus,
  type SessionSummary,
} from './session.ts';
import { CONFIG_FIELDS, type Label, type SessionConfig } from './session-config.ts';

/** The field that the database keeps in a simpler form than the config has it. */
type Simplified = { maxResponseOutputTokens: string | null };

/** Fields whose values are fewer than Prisma's types say: CHECKs of the table hold them to that. */
type Narrowed = Omit<SessionConfig, keyof Simplified> &
  Simplified & { labels: Label[]; upstreamConfig: Json; connection: ConnectionKind };
type Columns = Omit<RealtimeSessionModel, keyof Narrowed> & Narrowed;

const SUMMARY_FIELDS = [
  'id',
  'userId',
  'provider',
  'createdAt',
  'expiresAt',
  'revokedAt',
  'secretPrefix',
  'secretLastFour',
  'upstreamSessionId',
  'type',
  'model',
  'voice',
  'connection',
] as const satisfies readonly (keyof RealtimeSessionModel)[];
const RECORD_FIELDS = [
  'applicationId',
  'secretFingerprint',
  'secretFingerprintKeyId',
  'failureCode',
  'failureUpstreamStatus',
  'failureUpstreamCode',
  'failureUpstreamParam',
  'failureUpstreamRequestId',
  'failureRetryAt',
  'object',
  'labels',
] as const satisfies readonly (keyof RealtimeSessionModel)[];

/** A row of realtime_session as `summaryColumns` reads it. */
export type SummaryRow = Pick<Columns, (typeof SUMMARY_FIELDS)[number]> & {
  status: SessionStatus;
  issuedAt: Date | null;
  readAt: Date;
  /** Where the statement joins it. */
  externalUserId?: string | null;
};

/** A row of realtime_session as `recordColumns` reads it. */
export type RecordRow = SummaryRow &
  Pick<Columns, (typeof RECORD_FIELDS)[number]> & { exposedUntil: Date | null };

/** A row of realtime_session as `sessionColumns` reads it. */
export type SessionRow = RecordRow & Pick<Columns, keyof SessionConfig> & { upstreamConfig?: Json };

/** The status of a session `s`, and what else is computed from its row and the time `now`, by the database's clock. */
export function statusColumnsAt(now: string): string {
  return `
  session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, ${now}) AS status,
  CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END AS "issuedAt",
  ${now} AS "readAt"`;
}

export const statusColumns = statusColumnsAt('now()');

/**
 * The least that listings select of a session `s`. What depends on the time is decided here, by the database's clock
 * (now() is one reading for the whole statement).
 */
export const summaryColumns = `${columns<RealtimeSessionModel>('s', SUMMARY_FIELDS)},
  ${statusColumns}`;

/** The same, and everything else but the config. */
export const recordColumns = `${summaryColumns}, ${columns<RealtimeSessionModel>('s', RECORD_FIELDS)},
  ${exposedUntil('s')} AS "exposedUntil"`;

/** The same, and the rest of the config, which is most of a row. */
export const sessionColumns = `${recordColumns}, ${columns<RealtimeSessionModel>('s', CONFIG_BEYOND_SUMMARY)}`;

/** The same, and the session object as upstream answered it. */
export type FullSessionRow = Omit<SessionRow, 'externalUserId'> & { upstreamConfig: Json };
export const fullSessionColumns = `${sessionColumns}, ${columns<RealtimeSessionModel>('s', ['upstreamConfig'])}`;

/** The fields of a SessionRow, and of a FullSessionRow. */
export const SESSION_FIELDS = [
  ...SUMMARY_FIELDS,
  ...RECORD_FIELDS,
  ...CONFIG_BEYOND_SUMMARY,
  'status',
  'issuedAt',
  'readAt',
  'exposedUntil',
] as const;
export const FULL_SESSION_FIELDS = [...SESSION_FIELDS, 'upstreamConfig'] as const;

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
  return {
    ...withoutConfig(row),
    config: {
      type: row.type,
      model: row.model,
      voice: row.voice,
      modalities: row.modalities,
      instructions: row.instructions,
      inputAudioFormat: row.inputAudioFormat,
      outputAudioFormat: row.outputAudioFormat,
      inputAudioTranscription: row.inputAudioTranscription,
      turnDetection: row.turnDetection,
      inputAudioNoiseReduction: row.inputAudioNoiseReduction,
      tools: row.tools,
      toolChoice: row.toolChoice,
      temperature: row.temperature,
      maxResponseOutputTokens: tokenLimit(row.maxResponseOutputTokens),
      outputLanguage: row.outputLanguage,
    },
    ...(row.upstreamConfig === undefined ? {} : { upstreamConfig: row.upstreamConfig }),
  };
}

/** Values of the config's columns, of all or of some fields, by column. */
export function configByColumn(
  config: SessionConfig,
  fields: readonly (keyof SessionConfig)[] = CONFIG_FIELDS,
) {
  const { maxResponseOutputTokens } = config;
  const simplified: Simplified = {
    maxResponseOutputTokens: maxResponseOutputTokens === null ? null : String(maxResponseOutputTokens),
  };
  const values = { ...config, ...simplified };
  const columns: Record<string, unknown> = {};
  for (const field of fields) columns[columnName(field)] = values[field];
  return columns;
}

function withoutConfig(row: RecordRow): Omit<Session, 'config' | 'upstreamConfig'> {
  const redacted = redactedSecret(row);
  const { secretFingerprint: fingerprint } = row;
  return {
    ...summary(row),
    applicationId: row.applicationId,
    object: row.object,
    labels: row.labels,
    clientSecret: redacted === null || fingerprint === null ? null : { ...redacted, fingerprint },
    failure: failure(row),
    exposedUntil: row.exposedUntil,
  };
}

function summary(row: SummaryRow) {
  return {
    id: row.id,
    userId: row.userId,
    externalUserId: row.externalUserId,
    provider: row.provider,
    status: row.status,
    type: row.type,
    model: row.model,
    voice: row.voice,
    connection: row.connection,
    upstreamSessionId: row.upstreamSessionId,
    createdAt: row.createdAt,
    issuedAt: row.issuedAt,
    revokedAt: row.revokedAt,
    readAt: row.readAt,
  };
}

/** What is shown of a session's secret; null while there is none. */
export function redactedSecret(
  row: Pick<SummaryRow, 'id' | 'expiresAt' | 'secretPrefix' | 'secretLastFour' | 'readAt'>,
): RedactedSecret | null {
  if (row.expiresAt === null) return null;
  return {
    sessionId: row.id,
    redacted: `${row.secretPrefix ?? ''}…${row.secretLastFour ?? ''}`,
    expiresAt: row.expiresAt,
    readAt: row.readAt,
  };
}

function tokenLimit(stored: string | null): number | 'inf' | null {
  if (stored === null || stored === 'inf') return stored;
  return Number(stored);
}

function failure(row: RecordRow): Session['failure'] {
  // Nobody settled it in time: the outcome is unknown, and the clock said so before any job could.
  const code = row.failureCode ?? (row.status === 'UNCONFIRMED' ? 'not_settled' : null);
  if (code === null) return null;
  return {
    code,
    upstreamStatus: row.failureUpstreamStatus,
    upstreamCode: row.failureUpstreamCode,
    upstreamParam: row.failureUpstreamParam,
    upstreamRequestId: row.failureUpstreamRequestId,
    retryAt: row.failureRetryAt,
  };
}
