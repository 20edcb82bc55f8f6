import type { Target } from './outcome.ts';
import { recordTypes } from './paths.ts';
import { type Fact, idOf, missingBeside } from './records.ts';

/** All that requests name: every session, user and application, some keys, events of each sort; and of each type what is missing. */
export function targetsOf(facts: readonly Fact[]): readonly Target[] {
  const chosen = [
    ...facts.filter(({ type }) => ['RealtimeSession', 'RealtimeCall', 'User', 'Application'].includes(type)),
    ...firstOfEach(facts, 'ApiKey', ({ application }) => String(application)),
    ...firstOfEach(facts, 'AuditEvent', ({ application, actorApplication, actorUser }) =>
      [application, actorApplication, actorUser].join(),
    ),
  ];
  return [
    ...chosen.map((fact) => ({ ...targetOf(fact), label: labelOf(fact, facts) })),
    ...recordTypes.map((type) => missing(type, facts)),
  ];
}

function targetOf(fact: Fact): Omit<Target, 'label'> {
  return { type: fact.type, id: idOf(fact), name: fact.name, fact };
}

function missing(type: Target['type'], facts: readonly Fact[]): Target {
  const beside = facts.find((fact) => fact.type === type);
  if (beside === undefined) throw new Error(`There is no ${type}`);
  return { label: `no ${type}`, type, id: missingBeside(beside), name: 'nobody of that name', fact: null };
}

function firstOfEach(
  facts: readonly Fact[],
  type: Target['type'],
  sort: (fact: Fact) => string,
): readonly Fact[] {
  const ofType = facts.filter((fact) => fact.type === type);
  return [...new Map(ofType.toReversed().map((fact) => [sort(fact), fact])).values()];
}

function labelOf(fact: Fact, facts: readonly Fact[]): string {
  const nameOf = (uuid: string | null) => facts.find((other) => other.uuid === uuid)?.name ?? 'nobody';
  const { type, name, user, application, actorApplication } = fact;
  return `${type} ${name} (application ${nameOf(application ?? actorApplication)}, user ${nameOf(user)})`;
}
