import type { AuditEvent, AuditOutcome } from '../audit/audit-event.ts';
import type { ActorKind } from '../authorization/actor.ts';
import { ApiKeyType } from './api-key.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { encodeId, NODE_ID } from './ids.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { totalCountField } from './total-count.ts';
import { UserType } from './user-ref.ts';

export const ActorKindEnum = builder.enumType('ActorKind', {
  description: 'The kind of a caller: an application, an end user, an operator, or Gatehouse itself.',
  values: {
    APPLICATION: { description: 'A registered application, which uses an API key.' },
    USER: { description: 'An end user, who uses a token without scopes.' },
    OPERATOR: {
      description:
        'A person who runs Gatehouse, and uses the root key, a token with scopes, or the command line.',
    },
    SYSTEM: { description: 'Gatehouse itself, e.g. when it records that a secret has expired.' },
  } satisfies Record<ActorKind, object>,
});

export const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'The outcome of an action: done, refused by a rule, or failed.',
  values: {
    SUCCEEDED: { description: 'The action was done.' },
    DENIED: {
      description: 'A rule refused the action, e.g. a policy, a quota or a suspension. Nothing was done.',
    },
    FAILED: { description: 'The action was tried and failed, or its outcome is unknown.' },
  } satisfies Record<AuditOutcome, object>,
});

const AuditActorType = builder.objectRef<AuditEvent>('AuditActor').implement({
  description: 'The caller that acted.',
  fields: (t) => ({
    kind: t.expose('actorKind', { type: ActorKindEnum, description: 'The kind of the caller.' }),
    name: t.exposeString('actorName', { description: 'The name of the caller at that time.' }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'The application that acted. Null for other kinds of callers.',
      resolve: ({ actorApplicationId }, _args, { reader }) =>
        actorApplicationId === null ? null : reader.application(actorApplicationId),
    }),
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The API key that the application used. Null for other kinds of callers.',
      resolve: ({ actorApiKeyId }, _args, { reader }) =>
        actorApiKeyId === null ? null : reader.apiKey(actorApiKeyId),
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The end user who acted. Null for other kinds of callers.',
      resolve: ({ actorUserId }, _args, { reader }) =>
        actorUserId === null ? null : reader.user(actorUserId),
    }),
  }),
});

export const AuditEventType = builder.objectRef<AuditEvent>('AuditEvent');

builder.objectType(AuditEventType, {
  interfaces: [builder.nodeInterfaceRef()],
  description:
    'An entry of the audit trail. It is written in the same transaction as the change that it records, and is never updated.',
  fields: (t) => ({
    id: t.id({ description: NODE_ID, resolve: ({ id }) => encodeId('AuditEvent', id) }),
    sequence: t.expose('sequence', {
      type: 'SafeInt',
      nullable: true,
      description:
        'Its number in the audit trail. Numbers have no gaps and are given when the event is sealed, within a second. Null until then.',
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it happened, by the clock of the database.' }),
    action: t.exposeString('action', {
      description: 'What was done, as a noun and a verb, e.g. "session.issued" or "user.suspended".',
    }),
    outcome: t.expose('outcome', { type: AuditOutcomeEnum, description: 'The outcome of the action.' }),
    actor: t.field({
      type: AuditActorType,
      description: 'The caller that acted.',
      resolve: (event) => event,
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description:
        'The application that the event is about. Null when it is about no application, or about one that you may not see.',
      resolve: ({ applicationId }, _args, { reader }) =>
        applicationId === null ? null : reader.application(applicationId),
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The user that the event is about. Null when it is about no user.',
      resolve: ({ userId }, _args, { reader }) => (userId === null ? null : reader.user(userId)),
    }),
    session: t.field({
      type: RealtimeSessionType,
      nullable: true,
      description:
        'The session that the event is about. Null when it is about no session. Needs SESSIONS_READ.',
      authScopes: { scope: 'SESSIONS_READ' },
      resolve: ({ sessionId }, _args, { reader }) => (sessionId === null ? null : reader.session(sessionId)),
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description:
        'The id of the request, as in the log and in the X-Request-Id header. Null when no request caused the event.',
    }),
    ipAddress: t.exposeString('ipAddress', {
      nullable: true,
      description:
        'The address that the request came from. Behind a proxy that is not trusted it is the address of the proxy. Null when no request caused the event.',
    }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'The User-Agent header of the request, at most 512 characters. Null when it had none.',
    }),
    detail: t.expose('detail', {
      type: 'JSON',
      description: 'Further details, e.g. the quota that was exceeded. Never contains a secret.',
    }),
  }),
});

export const AuditEventConnection = builder.connectionObject(
  {
    type: AuditEventType,
    name: 'AuditEventConnection',
    fields: (t) => ({ totalCount: totalCountField(t, 'events') }),
  },
  { name: 'AuditEventEdge' },
);
