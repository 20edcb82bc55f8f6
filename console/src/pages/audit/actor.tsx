import type { ActorKind, AuditOutcome } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const kindNames: Readonly<Record<ActorKind, string>> = {
  APPLICATION: 'application',
  USER: 'end user',
  OPERATOR: 'operator',
  SYSTEM: 'Gatehouse itself',
};

export function actorKindName(kind: ActorKind): string {
  return kindNames[kind];
}

const outcomeWords: Readonly<Record<AuditOutcome, readonly [Tone, string]>> = {
  SUCCEEDED: ['good', 'done'],
  DENIED: ['warning', 'denied'],
  FAILED: ['bad', 'failed'],
};

export function outcomeName(outcome: AuditOutcome): string {
  return outcomeWords[outcome][1];
}

export function OutcomeBadge({ outcome }: { readonly outcome: AuditOutcome }) {
  const [tone, word] = outcomeWords[outcome];
  return <Badge tone={tone}>{word}</Badge>;
}
