import { type Actor, principalOf } from '../authorization/actor.ts';
import { ApplicationType } from './application.ts';
import { ActorKindEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';
import { UserType } from './user-ref.ts';

const ViewerType = builder.objectRef<Actor>('Viewer').implement({
  description: 'The caller, and what it may do.',
  fields: (t) => ({
    kind: t.field({
      type: ActorKindEnum,
      description: 'The kind of caller that you are.',
      resolve: (actor) => principalOf(actor).kind,
    }),
    name: t.string({
      description: 'Your name in the audit trail.',
      resolve: (actor) => principalOf(actor).name,
    }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'Your scopes. Empty for an end user, who needs none for its own sessions.',
      resolve: (actor) => principalOf(actor).scopes,
    }),
    reach: t.field({
      type: ReachEnum,
      description: 'The records that your scopes apply to.',
      resolve: (actor) => principalOf(actor).reach,
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description:
        'Your user, if you are an end user for whom a session was requested before. Null otherwise.',
      resolve: (actor, _args, { reader }) =>
        actor.kind === 'user' ? reader.userByExternalId(actor.externalId) : null,
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'Your application, if you are an application. Null otherwise.',
      resolve: (actor, _args, { reader }) =>
        actor.kind === 'application' ? reader.application(actor.applicationId) : null,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'Who you are for Gatehouse, and what you may do. Look here first when something is refused.',
    resolve: (_root, _args, { actor }) => actor,
  }),
);
