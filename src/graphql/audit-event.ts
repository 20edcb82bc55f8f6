import type { ActorKind, AuditEvent, AuditOutcome } from '../domain/records.ts';
import { ApiKeyType } from './api-key.ts';
import { ApplicationType } from './application.ts';
import { builder } from './builder.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { UserType } from './user.ts';

export const ActorKindEnum = builder.enumType('ActorKind', {
  description: 'Who acts: a registered application, an end user, an operator, or Gatehouse itself.',
  values: ['APPLICATION', 'USER', 'OPERATOR', 'SYSTEM'] as const satisfies readonly ActorKind[],
});

const AuditOutcomeEnum = builder.enumType('AuditOutcome', {
  description: 'How it went: done, refused by a rule, or failed.',
  values: ['SUCCEEDED', 'DENIED', 'FAILED'] as const satisfies readonly AuditOutcome[],
});

const AuditActorType = builder.objectRef<AuditEvent>('AuditActor').implement({
  description: 'Who did it.',
  fields: (t) => ({
    kind: t.expose('actorKind', { type: ActorKindEnum }),
    name: t.exposeString('actorName'),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      resolve: ({ actorApplicationId }, _args, { ledger }) =>
        actorApplicationId === null ? null : ledger.application(actorApplicationId),
    }),
    apiKey: t.field({
      type: ApiKeyType,
      nullable: true,
      description: 'The key that the application proved itself with.',
      resolve: ({ actorApiKeyId }, _args, { ledger }) =>
        actorApiKeyId === null ? null : ledger.apiKey(actorApiKeyId),
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      resolve: ({ actorUserId }, _args, { ledger }) =>
        actorUserId === null ? null : ledger.user(actorUserId),
    }),
  }),
});

export const AuditEventType = builder.objectRef<AuditEvent>('AuditEvent');

builder.node(AuditEventType, {
  description:
    'Written in the same transaction as what it records; never updated, never deleted by the application.',
  id: { resolve: ({ id }) => id },
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime' }),
    action: t.exposeString('action', { description: 'noun.verb, e.g. "session.issued".' }),
    outcome: t.expose('outcome', { type: AuditOutcomeEnum }),
    actor: t.field({ type: AuditActorType, resolve: (event) => event }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'The user it is about, if any.',
      resolve: ({ userId }, _args, { ledger }) => (userId === null ? null : ledger.user(userId)),
    }),
    session: t.field({
      type: RealtimeSessionType,
      nullable: true,
      description: 'The session it is about, if any. Needs SESSIONS_READ.',
      authScopes: { scope: 'SESSIONS_READ' },
      resolve: ({ sessionId }, _args, { ledger }) => (sessionId === null ? null : ledger.session(sessionId)),
    }),
    requestId: t.exposeString('requestId', {
      nullable: true,
      description: 'As in the log and the X-Request-Id header.',
    }),
    ipAddress: t.exposeString('ipAddress', { nullable: true }),
    userAgent: t.exposeString('userAgent', { nullable: true }),
    detail: t.expose('detail', { type: 'JSON', description: 'What else is known of it, redacted.' }),
  }),
});

export const AuditEventConnection = builder.connectionObject(
  { type: AuditEventType, name: 'AuditEventConnection' },
  { name: 'AuditEventEdge' },
);
