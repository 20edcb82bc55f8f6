import type { RealtimeSessionStatus } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const STATUSES = {
  PENDING: { label: 'Pending', tone: 'info' },
  ACTIVE: { label: 'Active', tone: 'good' },
  EXPIRED: { label: 'Expired', tone: 'neutral' },
  REVOKED: { label: 'Revoked', tone: 'warning' },
  FAILED: { label: 'Failed', tone: 'bad' },
  UNCONFIRMED: { label: 'Unconfirmed', tone: 'warning' },
} as const satisfies Record<RealtimeSessionStatus, { label: string; tone: Tone }>;

export function statusLabel(status: RealtimeSessionStatus): string {
  return STATUSES[status].label;
}

export function StatusBadge({ status }: { readonly status: RealtimeSessionStatus }) {
  const { label, tone } = STATUSES[status];
  return <Badge tone={tone}>{label}</Badge>;
}
