import type { RealtimeCallStatus } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { STATUS_WORDS } from './words.ts';

export function CallBadge({ status }: { readonly status: RealtimeCallStatus }) {
  const { label, tone } = STATUS_WORDS[status];
  return <Badge tone={tone}>{label}</Badge>;
}
