import { NEWEST_FIRST } from '../platform/database/page.ts';
import type { ListedSession, Session, SessionFailure, SessionRecord } from '../sessions/session.ts';
import type { SessionText } from '../sessions/session-text.ts';
import { ApplicationType } from './application.ts';
import { AuditEventConnection } from './audit-event.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import type { Context } from './context.ts';
import { cursorOf } from './cursor.ts';
import { columnsOf } from './declared-text.ts';
import { failureMessage, UPSTREAM_PARAM } from './failure-message.ts';
import { idWriter } from './id-writer.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { writerThrough } from './json-bytes.ts';
import { forwardPages } from './page-arguments.ts';
import { RealtimeCallType } from './realtime-call-ref.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { RedactedClientSecretType } from './redacted-client-secret.ts';
import {
  AudioFormatEnum,
  ConnectionKindEnum,
  InputAudioNoiseReductionType,
  InputAudioTranscriptionType,
  LabelType,
  ModalityEnum,
  SessionTypeEnum,
  ToolChoiceType,
  ToolType,
  TurnDetectionType,
} from './session-config.ts';
import { StatusEnum } from './session-status.ts';
import { UsageTotalsType } from './usage-totals.ts';
import { UserType } from './user-ref.ts';

// How the fields are read where a listing is written from rows of text.
const column = columnsOf<SessionText>();
const failureColumn = columnsOf<Exclude<keyof SessionFailure, 'retryAt'>>();

const SessionFailureType = builder.objectRef<SessionFailure>('SessionFailure').implement({
  description: 'The reason why a session has no client secret.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'A stable code, e.g. "upstream_timeout".',
      extensions: failureColumn('code'),
    }),
    message: t.string({
      description: 'A fixed text that may be shown to the user. It never repeats the answer of the provider.',
      extensions: failureColumn(
        'code',
        writerThrough((code) => JSON.stringify(failureMessage(code))),
      ),
      resolve: ({ code }) => failureMessage(code),
    }),
    upstreamStatus: t.exposeInt('upstreamStatus', {
      nullable: true,
      extensions: failureColumn('upstreamStatus'),
      description: "The HTTP status of the provider's answer. Null when there was no answer.",
    }),
    upstreamCode: t.exposeString('upstreamCode', {
      nullable: true,
      extensions: failureColumn('upstreamCode'),
      description: 'The error code of the provider, e.g. "model_not_found". Null when it sent none.',
    }),
    upstreamParam: t.exposeString('upstreamParam', {
      nullable: true,
      extensions: failureColumn('upstreamParam'),
      description: UPSTREAM_PARAM,
    }),
    upstreamRequestId: t.exposeString('upstreamRequestId', {
      nullable: true,
      extensions: failureColumn('upstreamRequestId'),
      description: "The provider's request id, for questions to its support. Null when it sent none.",
    }),
  }),
});

builder.objectType(RealtimeSessionType, {
  interfaces: [builder.nodeInterfaceRef()],
  description:
    'A realtime session that was issued or attempted: the sixteen fields of the RealtimeSessionCreateResponse of the provider, in the same form for every dialect, and the record that Gatehouse keeps of it. Where clients configure their sessions themselves (xAI), fields that the provider does not answer are null or empty.',
  fields: (t) => ({
    id: t.id({
      description: NODE_ID,
      extensions: column('id', idWriter('RealtimeSession')),
      resolve: ({ id }) => encodeId('RealtimeSession', id),
    }),
    upstreamSessionId: t.exposeString('upstreamSessionId', {
      extensions: column('upstreamSessionId'),
      nullable: true,
      description:
        "The provider's own identifier (sess_…). Null until the session is issued, and for providers that have none.",
    }),
    object: t.string({
      extensions: column('object'),
      description:
        '"realtime.session", "realtime.transcription_session" for a transcription session, or "realtime.translation_session" for a translation session.',
      resolve: (session, _args, context) => fromSessionRecord(session, context, ({ object }) => object),
    }),
    type: t.expose('type', {
      extensions: column('type'),
      type: SessionTypeEnum,
      description: 'The type: a conversation, a transcription or a translation.',
    }),
    status: t.expose('status', {
      extensions: column('status'),
      type: StatusEnum,
      description: 'The status at the time of the request.',
    }),
    clientSecret: t.expose('clientSecret', {
      extensions: {
        text: {
          columns: {
            redacted: 'redactedSecret',
            fingerprint: 'secretFingerprint',
            expiresAt: 'expiresAt',
          } satisfies Record<string, SessionText>,
          nullWith: 'expiresAt' satisfies SessionText,
        },
      },
      type: RedactedClientSecretType,
      nullable: true,
      description: 'The client secret, redacted. Null when none has been issued.',
    }),
    modalities: t.field({
      type: [ModalityEnum],
      description: 'The kinds of output of the model. Empty for a transcription session.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.modalities),
    }),
    model: t.exposeString('model', {
      extensions: column('model'),
      description:
        'The model. For a transcription session, the transcription model. The policy and the prices of this model apply.',
    }),
    instructions: t.string({
      extensions: column('instructions'),
      nullable: true,
      description:
        'The instructions for the model, with credentials in them replaced. Null when there are none.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.instructions),
    }),
    voice: t.exposeString('voice', {
      extensions: column('voice'),
      nullable: true,
      description: 'The voice of the model, e.g. "marin". Null for a transcription or translation session.',
    }),
    inputAudioFormat: t.field({
      extensions: column('inputAudioFormat'),
      type: AudioFormatEnum,
      nullable: true,
      description:
        'The format of the audio that the client sends. Null for a translation session, and when the provider named a format that Gatehouse does not know.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.inputAudioFormat),
    }),
    outputAudioFormat: t.field({
      extensions: column('outputAudioFormat'),
      type: AudioFormatEnum,
      nullable: true,
      description:
        'The format of the audio that the model sends. Null for a transcription or translation session.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.outputAudioFormat),
    }),
    inputAudioTranscription: t.field({
      type: InputAudioTranscriptionType,
      nullable: true,
      description: 'How the speech of the user is transcribed. Null when it is not transcribed.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.inputAudioTranscription),
    }),
    turnDetection: t.field({
      type: TurnDetectionType,
      nullable: true,
      description:
        'How the end of a turn of the user is detected. Null when the client decides, and for a translation session.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.turnDetection),
    }),
    inputAudioNoiseReduction: t.field({
      type: InputAudioNoiseReductionType,
      nullable: true,
      description: 'The noise filter of the input audio. Null when there is none.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.inputAudioNoiseReduction),
    }),
    tools: t.field({
      type: [ToolType],
      description:
        'The tools that the model may call. A tool of a kind that Gatehouse does not know is only in upstreamConfig.',
      resolve: (session, _args, context) => fromFullSession(session, context, ({ config }) => config.tools),
    }),
    toolChoice: t.field({
      type: ToolChoiceType,
      nullable: true,
      description:
        'Whether the model must call a tool, and which one. Null for a transcription or translation session.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.toolChoice),
    }),
    temperature: t.float({
      extensions: column('temperature'),
      nullable: true,
      description:
        'The sampling temperature of the model. Null when the dialect has no temperature; the GA API has none.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.temperature),
    }),
    maxResponseOutputTokens: t.field({
      extensions: column('maxResponseOutputTokens'),
      type: 'TokenLimit',
      nullable: true,
      description:
        'The largest number of output tokens of one response, including tool calls. Null for a transcription or translation session.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.maxResponseOutputTokens),
    }),
    outputLanguage: t.string({
      extensions: column('outputLanguage'),
      nullable: true,
      description:
        'The language that a translation session translates into, e.g. "es". Null when none was named, and for other types of session.',
      resolve: (session, _args, context) =>
        fromFullSession(session, context, ({ config }) => config.outputLanguage),
    }),
    upstreamConfig: t.field({
      extensions: column('upstreamConfig'),
      type: 'JSON',
      nullable: true,
      description:
        'The session object as the provider returned it, with credentials replaced. It also has fields that Gatehouse does not know. Null when there is no answer.',
      resolve: (session, _args, { reader }) =>
        'upstreamConfig' in session && session.upstreamConfig !== undefined
          ? session.upstreamConfig
          : reader.upstreamConfig(session.id),
    }),
    user: t.field({
      extensions: {
        text: {
          columns: { id: 'userId', externalId: 'externalUserId' } satisfies Record<string, SessionText>,
        },
      },
      type: UserType,
      description: 'The user that the session is for.',
      // The user is missing when it was erased while its own request was answered.
      resolve: ({ userId: id, externalUserId: externalId }, _args, { reader }) =>
        externalId === undefined
          ? reader.user(id).then((user) => user ?? { id, externalId: null })
          : { id, externalId },
    }),
    application: t.field({
      extensions: {
        text: {
          columns: { id: 'applicationId', name: 'applicationName' } satisfies Record<string, SessionText>,
        },
      },
      type: ApplicationType,
      description:
        'The application that requested the session. The built-in application for callers that have none.',
      resolve: async (session, _args, context) => {
        const id = await fromSessionRecord(session, context, ({ applicationId }) => applicationId);
        return mustExist(await context.reader.application(id), 'application');
      },
    }),
    provider: t.exposeString('provider', {
      extensions: column('provider'),
      description: 'The name of the provider that issued the session, e.g. "openai".',
    }),
    labels: t.field({
      type: [LabelType],
      description: 'The labels that were given when the session was created.',
      resolve: (session, _args, context) => fromSessionRecord(session, context, ({ labels }) => labels),
    }),
    createdAt: t.expose('createdAt', {
      extensions: column('createdAt'),
      type: 'DateTime',
      description: 'When the session was reserved, before the request to the provider.',
    }),
    issuedAt: t.expose('issuedAt', {
      extensions: column('issuedAt'),
      type: 'DateTime',
      nullable: true,
      description: 'When the client secret was recorded and returned. Null when there is none.',
    }),
    revokedAt: t.expose('revokedAt', {
      extensions: column('revokedAt'),
      type: 'DateTime',
      nullable: true,
      description: 'When the session was revoked. Null when it was not revoked.',
    }),
    exposedUntil: t.field({
      extensions: column('exposedUntil'),
      type: 'DateTime',
      nullable: true,
      description:
        'The latest time at which a connection that was opened with the secret can still be running: the expiry of the secret, or the requested lifetime after createdAt if that is later (for UNCONFIRMED, the latest possible expiry), plus the longest session of the provider. Of a BROKERED session it is the end of its call: when it ended, or else when it ends at the latest. Null when no secret can exist.',
      resolve: (session, _args, context) =>
        fromSessionRecord(session, context, ({ exposedUntil }) => exposedUntil),
    }),
    failure: t.field({
      extensions: {
        text: {
          columns: {
            code: 'failureCode',
            upstreamStatus: 'failureUpstreamStatus',
            upstreamCode: 'failureUpstreamCode',
            upstreamParam: 'failureUpstreamParam',
            upstreamRequestId: 'failureUpstreamRequestId',
          } satisfies Record<string, SessionText>,
          nullWith: 'failureCode' satisfies SessionText,
        },
      },
      type: SessionFailureType,
      nullable: true,
      description:
        'The reason why there is no client secret. Null when there is one, or while the provider has not answered.',
      resolve: (session, _args, context) => fromSessionRecord(session, context, ({ failure }) => failure),
    }),
    connection: t.expose('connection', { type: ConnectionKindEnum, description: 'How its client connects.' }),
    call: t.field({
      type: RealtimeCallType,
      nullable: true,
      description:
        'The call of a BROKERED session, from the use of its secret on. Null before, and for a DIRECT session.',
      resolve: ({ id, connection }, _args, { reader }) =>
        connection === 'BROKERED' ? reader.call(id) : null,
    }),
    usage: t.field({
      type: UsageTotalsType,
      nullable: true,
      description: 'The reported usage of this session, and its cost. Null only with an error beside it.',
      authScopes: { scope: 'USAGE_READ', person: true },
      resolve: ({ id }, _args, { reader }) => reader.sessionUsage(id),
    }),
    auditEvents: t.field({
      type: AuditEventConnection,
      nullable: true,
      description:
        'The audit events about this session, newest first. Needs AUDIT_READ. Null only with an error beside it.',
      authScopes: { scope: 'AUDIT_READ' },
      ...forwardPages(t.arg),
      resolve: async ({ id }, args, { reader }) => {
        const listing = `RealtimeSession.auditEvents/${id}`;
        const cursors = cursorOf(NEWEST_FIRST);
        const page = readPage(listing, cursors, args);
        const rows = await reader.auditEvents(page, { sessionId: id });
        return toConnection(listing, cursors, page, rows, (upTo) =>
          reader.countAuditEvents({ sessionId: id }, upTo),
        );
      },
    }),
  }),
});

/**
 * Reads a field of the whole session. Listings read it only when the document names such a field (requestedDetail);
 * otherwise it is read now, for all sessions of the answer in one statement.
 */
function fromFullSession<T>(
  session: ListedSession,
  { reader }: Context,
  read: (session: Session) => T,
): T | Promise<T> {
  return session.config !== null
    ? read(session)
    : reader.session(session.id).then((full) => read(mustExist(full, 'session')));
}

/** The same for a field of the session's record, beside its config. */
function fromSessionRecord<T>(
  session: ListedSession,
  context: Context,
  read: (session: SessionRecord | Session) => T,
): T | Promise<T> {
  return 'labels' in session ? read(session) : fromFullSession(session, context, read);
}

/** Users and applications are never removed, so a missing one is a defect. */
function mustExist<T>(record: T | null, what: string): T {
  if (record === null) throw new Error(`A session refers to a missing ${what}`);
  return record;
}
