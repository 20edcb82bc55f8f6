import type { ListedSession, Session, SessionFailure, SessionRecord } from '../sessions/session.ts';
import { ApplicationType } from './application.ts';
import { AuditEventConnection } from './audit-event.ts';
import { builder } from './builder.ts';
import { pageOf, toConnection } from './connection.ts';
import type { Context } from './context.ts';
import { failureMessage } from './failure-message.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { RedactedClientSecretType } from './redacted-client-secret.ts';
import {
  AudioFormatEnum,
  InputAudioNoiseReductionType,
  InputAudioTranscriptionType,
  LabelType,
  ModalityEnum,
  SessionTypeEnum,
  ToolChoiceType,
  ToolType,
  TurnDetectionType,
} from './session-parts.ts';
import { StatusEnum } from './session-status.ts';
import { UsageTotalsType } from './usage-totals.ts';
import { UserType } from './user-ref.ts';

const SessionFailureType = builder.objectRef<SessionFailure>('SessionFailure').implement({
  description: 'Why there is no client secret.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable, e.g. "upstream_timeout".' }),
    message: t.string({
      description: 'Safe to show: never upstream prose.',
      resolve: ({ code }) => failureMessage(code),
    }),
    upstreamStatus: t.exposeInt('upstreamStatus', {
      nullable: true,
      description: "The HTTP status of the provider's answer. Null when it gave none.",
    }),
    upstreamRequestId: t.exposeString('upstreamRequestId', {
      nullable: true,
      description: "What to quote to the provider's support. Null when it gave none.",
    }),
  }),
});

builder.objectType(RealtimeSessionType, {
  interfaces: [builder.nodeInterfaceRef()],
  description:
    'One issued (or attempted) realtime session: the sixteen fields of the upstream RealtimeSessionCreateResponse, whatever dialect the provider speaks, plus the record Gatehouse keeps about it.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('RealtimeSession', id) }),
    upstreamSessionId: t.exposeString('upstreamSessionId', {
      nullable: true,
      description:
        "The provider's own identifier (sess_…). Null until issued, and for providers that give none.",
    }),
    object: t.string({
      description: 'Always "realtime.session" (or "realtime.transcription_session").',
      resolve: (session, _args, context) => record(session, context, ({ object }) => object),
    }),
    type: t.expose('type', { type: SessionTypeEnum, description: 'What it is for.' }),
    status: t.expose('status', { type: StatusEnum, description: 'Where it stands at the moment of asking.' }),
    clientSecret: t.expose('clientSecret', {
      type: RedactedClientSecretType,
      nullable: true,
      description: 'What remains visible of the secret. Null while none has been issued.',
    }),
    modalities: t.field({
      type: [ModalityEnum],
      description: 'What the model answers with. Empty for a transcription session.',
      resolve: (session, _args, context) => everything(session, context, ({ config }) => config.modalities),
    }),
    model: t.exposeString('model', {
      description:
        'What listens and answers. For a transcription session, the transcription model: it is what policy and price look at.',
    }),
    instructions: t.string({
      nullable: true,
      description:
        'What the model is told to be and do. Null when nothing was said. Credentials in it are replaced.',
      resolve: (session, _args, context) => everything(session, context, ({ config }) => config.instructions),
    }),
    voice: t.exposeString('voice', {
      nullable: true,
      description: 'Whose voice it speaks with, e.g. "marin". Null for a transcription session.',
    }),
    inputAudioFormat: t.field({
      type: AudioFormatEnum,
      nullable: true,
      description:
        'How the audio that the client sends is encoded. Null when the provider named a format unknown here.',
      resolve: (session, _args, context) =>
        everything(session, context, ({ config }) => config.inputAudioFormat),
    }),
    outputAudioFormat: t.field({
      type: AudioFormatEnum,
      nullable: true,
      description: 'How the audio that the model answers with is encoded. Null for a transcription session.',
      resolve: (session, _args, context) =>
        everything(session, context, ({ config }) => config.outputAudioFormat),
    }),
    inputAudioTranscription: t.field({
      type: InputAudioTranscriptionType,
      nullable: true,
      description: 'How what the user says is transcribed. Null when it is not.',
      resolve: (session, _args, context) =>
        everything(session, context, ({ config }) => config.inputAudioTranscription),
    }),
    turnDetection: t.field({
      type: TurnDetectionType,
      nullable: true,
      description: 'How the end of what the user says is found. Null when the client decides.',
      resolve: (session, _args, context) =>
        everything(session, context, ({ config }) => config.turnDetection),
    }),
    inputAudioNoiseReduction: t.field({
      type: InputAudioNoiseReductionType,
      nullable: true,
      description: 'What is filtered out before the model listens. Null when nothing is.',
      resolve: (session, _args, context) =>
        everything(session, context, ({ config }) => config.inputAudioNoiseReduction),
    }),
    tools: t.field({
      type: [ToolType],
      description: 'What the model may call. A tool of a kind unknown here is only in upstreamConfig.',
      resolve: (session, _args, context) => everything(session, context, ({ config }) => config.tools),
    }),
    toolChoice: t.field({
      type: ToolChoiceType,
      nullable: true,
      description: 'Whether the model has to call a tool, and which. Null for a transcription session.',
      resolve: (session, _args, context) => everything(session, context, ({ config }) => config.toolChoice),
    }),
    temperature: t.float({
      nullable: true,
      description:
        'How freely the model picks its words. Null where the dialect has no temperature (the GA API has none).',
      resolve: (session, _args, context) => everything(session, context, ({ config }) => config.temperature),
    }),
    maxResponseOutputTokens: t.field({
      type: 'TokenLimit',
      nullable: true,
      description: 'The most tokens of one answer, tool calls included. Null for a transcription session.',
      resolve: (session, _args, context) =>
        everything(session, context, ({ config }) => config.maxResponseOutputTokens),
    }),
    upstreamConfig: t.field({
      type: 'JSON',
      nullable: true,
      description:
        "The provider's session object as answered, credentials replaced: nothing is lost when it grows fields. Null while there is no answer.",
      resolve: (session, _args, { reader }) =>
        'upstreamConfig' in session && session.upstreamConfig !== undefined
          ? session.upstreamConfig
          : reader.upstreamConfig(session.id),
    }),
    user: t.field({
      type: UserType,
      description: 'For whom it was asked.',
      // Nobody of that id who may be seen: a person that was erased while its own request was answered.
      resolve: ({ userId: id, externalUserId: externalId }, _args, { reader }) =>
        externalId === undefined
          ? reader.user(id).then((user) => user ?? { id, externalId: null })
          : { id, externalId },
    }),
    application: t.field({
      type: ApplicationType,
      description: 'Which application asked for it; the built-in one for callers that have none.',
      resolve: async (session, _args, context) => {
        const id = await record(session, context, ({ applicationId }) => applicationId);
        return found(await context.reader.application(id), 'application');
      },
    }),
    provider: t.exposeString('provider', {
      description: 'Name of the configured provider that issued it, e.g. "openai".',
    }),
    labels: t.field({
      type: [LabelType],
      description: 'Keys and values that were given when it was created.',
      resolve: (session, _args, context) => record(session, context, ({ labels }) => labels),
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was reserved, before the provider was asked.',
    }),
    issuedAt: t.expose('issuedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its secret was recorded and handed out. Null while none was.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was withdrawn. Null when it was not.',
    }),
    exposedUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        "The last moment at which anything opened with this secret could still be running: its expiry (for UNCONFIRMED, the latest it could have) plus the provider's longest session. Null when nothing can have been issued.",
      resolve: (session, _args, context) => record(session, context, ({ exposedUntil }) => exposedUntil),
    }),
    failure: t.field({
      type: SessionFailureType,
      nullable: true,
      description:
        'Why there is no client secret. Null when there is one, or when the answer is still awaited.',
      resolve: (session, _args, context) => record(session, context, ({ failure }) => failure),
    }),
    usage: t.field({
      type: UsageTotalsType,
      nullable: true,
      description:
        'What was reported that this session used, and what that cost. Null only with an error beside it.',
      authScopes: { scope: 'USAGE_READ', person: true },
      resolve: ({ id }, _args, { reader }) => reader.sessionUsage(id),
    }),
    auditEvents: t.field({
      type: AuditEventConnection,
      nullable: true,
      description:
        'What happened to this session, newest first. Needs AUDIT_READ; null only with an error beside it.',
      authScopes: { scope: 'AUDIT_READ' },
      args: {
        first: t.arg.int({ description: 'Page size: default 20, at most 100.' }),
        after: t.arg.string({
          description: 'Go on after this cursor, e.g. the endCursor of the page before.',
        }),
      },
      resolve: async ({ id }, args, { reader }) => {
        const listing = `RealtimeSession.auditEvents/${id}`;
        const page = pageOf(listing, args);
        return toConnection(listing, page, await reader.auditEvents(page, { sessionId: id }));
      },
    }),
  }),
});

/** Reads what listings leave out unless the document mentions it (extentOf): for all sessions of an answer at once. */
function everything<T>(
  session: ListedSession,
  { reader }: Context,
  read: (session: Session) => T,
): T | Promise<T> {
  return session.config !== null
    ? read(session)
    : reader.session(session.id).then((found_) => read(found(found_, 'session')));
}

/** The same for what stands beside the config. */
function record<T>(
  session: ListedSession,
  context: Context,
  read: (session: SessionRecord | Session) => T,
): T | Promise<T> {
  return 'labels' in session ? read(session) : everything(session, context, read);
}

/** Users and applications are never removed: a missing one is a defect, not an answer. */
function found<T>(record: T | null, what: string): T {
  if (record === null) throw new Error(`A session refers to a missing ${what}`);
  return record;
}
