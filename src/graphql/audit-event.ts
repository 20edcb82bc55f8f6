import type { AuditEvent, AuditOutcome } from '../audit/audit-event.ts';
import type { ActorKind } from '../authorization/actor.ts';
import { ApiKeyType } from './api-key.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { UserType } from './user-ref.ts';

export const ActorKindEnum = builder.enumType('ActorKind', {
  description: 'Who acts: a registered application, an end user, an operator, or Gatehouse itself.',
  values: {
    APPLICATION: { description: 'A registered application, by an API key.' },
    USER: { description: 'An end user, by a token without scopes of its own.' },
    OPERATOR: {
      description: 'Whoever runs Gatehouse: by the root key, a token with scopes, or the command line.',
    },
    SYSTEM: { description: 'Gatehouse itself, e.g. noticing that a secret has expired.' },
  } satisfies Record<ActorKind, object>,
});

export const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'How it went: done, refused by a rule, or failed.',
  values: {
    SUCCEEDED: { description: 'It was done.' },
    DENIED: { description: 'A rule refused it, e.g. a policy, a quota, a suspension; nothing was done.' },
    FAILED: { description: 'It was tried and came to nothing, or its outcome is unknown.' },
  } satisfies Record<AuditOutcome, object>,
});

const AuditActorType = builder.objectRef<AuditEvent>('AuditActor').implement({
  description: 'Who did it.',
  fields: (t) => ({
    kind: t.expose('actorKind', { type: ActorKindEnum, description: 'What sort of caller it was.' }),
    name: t.exposeString('actorName', { description: 'What it was called at the time.' }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'The application that acted. Null for other kinds.',
      resolve: ({ actorApplicationId }, _args, { reader }) =>
        actorApplicationId === null ? null : reader.application(actorApplicationId),
    }),
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The key that the application proved itself with.',
      resolve: ({ actorApiKeyId }, _args, { reader }) =>
        actorApiKeyId === null ? null : reader.apiKey(actorApiKeyId),
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The end user that acted. Null for other kinds.',
      resolve: ({ actorUserId }, _args, { reader }) =>
        actorUserId === null ? null : reader.user(actorUserId),
    }),
  }),
});

export const AuditEventType = builder.objectRef<AuditEvent>('AuditEvent');

builder.objectType(AuditEventType, {
  interfaces: [builder.nodeInterfaceRef()],
  description:
    'Written in the same transaction as what it records; never updated, never deleted by the application.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('AuditEvent', id) }),
    sequence: t.expose('sequence', {
      type: 'SafeInt',
      nullable: true,
      description:
        'Its place in the trail, without gaps, given when it is sealed, within a second; null until then.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened, by the database clock.' }),
    action: t.exposeString('action', {
      description: 'Noun and verb, e.g. "session.issued" or "user.suspended".',
    }),
    outcome: t.expose('outcome', { type: AuditOutcomeEnum, description: 'How it went.' }),
    actor: t.field({ type: AuditActorType, description: 'Who did it.', resolve: (event) => event }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The user it is about, if any.',
      resolve: ({ userId }, _args, { reader }) => (userId === null ? null : reader.user(userId)),
    }),
    session: t.field({
      type: RealtimeSessionType,
      nullable: true,
      description: 'The session it is about, if any. Needs SESSIONS_READ.',
      authScopes: { scope: 'SESSIONS_READ' },
      resolve: ({ sessionId }, _args, { reader }) => (sessionId === null ? null : reader.session(sessionId)),
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'As in the log and the X-Request-Id header. Null when no request caused it.',
    }),
    ipAddress: t.exposeString('ipAddress', {
      nullable: true,
      description:
        "Where the request came from: the proxy's address behind a proxy. Null when none caused it.",
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'What the client called itself, at most 512 characters. Null when it did not.',
    }),
    detail: t.expose('detail', {
      type: 'JSON',
      description: 'What else is known of it, e.g. the quota that was exceeded. Never a secret.',
    }),
  }),
});

export const AuditEventConnection = builder.connectionObject(
  { type: AuditEventType, name: 'AuditEventConnection' },
  { name: 'AuditEventEdge' },
);
