import { type Actor, principalOf } from '../authorization/actor.ts';
import { ApplicationType } from './application.ts';
import { ActorKindEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';
import { UserType } from './user-ref.ts';

const ViewerType = builder.objectRef<Actor>('Viewer').implement({
  description: 'Who is asking, and what they may do.',
  fields: (t) => ({
    kind: t.field({
      type: ActorKindEnum,
      description: 'What sort of caller you are.',
      resolve: (actor) => principalOf(actor).kind,
    }),
    name: t.string({
      description: 'What the audit trail calls you.',
      resolve: (actor) => principalOf(actor).name,
    }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What you may do. Empty for an end user, who needs none for its own sessions.',
      resolve: (actor) => principalOf(actor).scopes,
    }),
    reach: t.field({
      type: ReachEnum,
      description: 'Whose records your scopes apply to.',
      resolve: (actor) => principalOf(actor).reach,
    }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'Set for end users, once something was asked for them.',
      resolve: (actor, _args, { reader }) =>
        actor.kind === 'user' ? reader.userByExternalId(actor.externalId) : null,
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'Set for applications.',
      resolve: (actor, _args, { reader }) =>
        actor.kind === 'application' ? reader.application(actor.applicationId) : null,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description:
      'Who you are to Gatehouse, and what you may do: where to look first when something is refused.',
    resolve: (_root, _args, { actor }) => actor,
  }),
);
