import { type Actor, standingOf } from '../domain/actor.ts';
import { ActorKindEnum } from './audit-event.ts';
import { builder } from './builder.ts';
import { ReachEnum, ScopeEnum } from './scope.ts';

const ViewerType = builder.objectRef<Actor>('Viewer').implement({
  description: 'Who is asking, and what they may do.',
  fields: (t) => ({
    kind: t.field({
      type: ActorKindEnum,
      description: 'What sort of caller you are.',
      resolve: (actor) => standingOf(actor).kind,
    }),
    name: t.exposeString('name', { description: 'What the audit trail calls you.' }),
    scopes: t.field({
      type: [ScopeEnum],
      description: 'What you may do. Empty for an end user, who needs none for its own sessions.',
      resolve: (actor) => standingOf(actor).scopes,
    }),
    reach: t.field({
      type: ReachEnum,
      description: 'Whose records your scopes apply to.',
      resolve: (actor) => standingOf(actor).reach,
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
