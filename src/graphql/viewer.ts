import { type Actor, type Reach, scopes, standingOf } from '../domain/actor.ts';
import { ActorKindEnum } from './audit-event.ts';
import { builder } from './builder.ts';

const ScopeEnum = builder.enumType('Scope', { description: 'What a caller may do.', values: scopes });

const ReachEnum = builder.enumType('Reach', {
  description: "Whose records the scopes apply to. An end user's is always SELF.",
  values: ['SELF', 'OWN_APPLICATION', 'EVERYTHING'] as const satisfies readonly Reach[],
});

const ViewerType = builder.objectRef<Actor>('Viewer').implement({
  description: 'Who is asking, and what they may do.',
  fields: (t) => ({
    kind: t.field({ type: ActorKindEnum, resolve: (actor) => standingOf(actor).kind }),
    name: t.exposeString('name'),
    scopes: t.field({ type: [ScopeEnum], resolve: (actor) => standingOf(actor).scopes }),
    reach: t.field({ type: ReachEnum, resolve: (actor) => standingOf(actor).reach }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The caller itself.',
    resolve: (_root, _args, { actor }) => actor,
  }),
);
