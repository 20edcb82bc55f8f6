import type { RealtimeSessionStatus } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const words: Readonly<Record<RealtimeSessionStatus, readonly [Tone, string]>> = {
  ACTIVE: ['good', 'active'],
  EXPIRED: ['neutral', 'expired'],
  FAILED: ['bad', 'failed'],
  PENDING: ['info', 'pending'],
  REVOKED: ['warning', 'revoked'],
  UNCONFIRMED: ['bad', 'unconfirmed'],
};

export function SessionStatus({ status }: { readonly status: RealtimeSessionStatus }) {
  const [tone, word] = words[status];
  return <Badge tone={tone}>{word}</Badge>;
}
