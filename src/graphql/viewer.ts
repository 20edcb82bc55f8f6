import { type Actor, standingOf } from '../domain/actor.ts';
import { ApplicationType } from './application.ts';
import { ActorKindEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';
import { UserType } from './user.ts';

const ViewerType = builder.objectRef<Actor>('Viewer').implement({
  description: 'Who is asking, and what they may do.',
  fields: (t) => ({
    kind: t.field({ type: ActorKindEnum, resolve: (actor) => standingOf(actor).kind }),
    name: t.string({ resolve: (actor) => standingOf(actor).name }),
    scopes: t.field({ type: [ScopeEnum], resolve: (actor) => standingOf(actor).scopes }),
    reach: t.field({ type: ReachEnum, resolve: (actor) => standingOf(actor).reach }),
    user: t.field({
      type: UserType,
      nullable: true,
      description: 'Set for end users, once something was asked for them.',
      resolve: (actor, _args, { ledger }) =>
        actor.kind === 'user' ? ledger.userByExternalId(actor.externalId) : null,
    }),
    application: t.field({
      type: ApplicationType,
      nullable: true,
      description: 'Set for applications.',
      resolve: (actor, _args, { ledger }) =>
        actor.kind === 'application' ? ledger.application(actor.applicationId) : null,
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The caller itself.',
    resolve: (_root, _args, { actor }) => actor,
  }),
);
