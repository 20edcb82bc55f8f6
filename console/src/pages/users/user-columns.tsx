import { Link } from '@tanstack/react-router';
import type { UserRowFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Count } from '../../ui/count.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { Column } from '../../ui/table.tsx';
import { NearestLimitMeter } from './nearest-limit-meter.tsx';
import styles from './user-columns.module.css';

export const USER_ROW = graphql(/* GraphQL */ `
  fragment UserRow on User {
    id
    externalId
    createdAt
    suspendedAt
    erasedAt
    activeSessionCount
    nextExpiryAt
    lastSessionAt
    quotas(applicationId: $application) {
      quota
      used
      limit
    }
    budget(applicationId: $application) @include(if: $readUsage) {
      limitUsd
      usedUsd
    }
  }
`);

export const columns: readonly Column<UserRowFragment>[] = [
  {
    id: 'user',
    header: 'User',
    rowHeader: true,
    cell: ({ id, externalId }) => (
      <Link to="/users/$id" params={{ id }} className={styles['name']}>
        {externalId ?? 'Erased user'}
      </Link>
    ),
  },
  { id: 'state', header: 'State', cell: (user) => <State user={user} /> },
  {
    id: 'live',
    header: 'Live sessions',
    align: 'end',
    cell: ({ activeSessionCount }) => <Count value={activeSessionCount} />,
  },
  {
    id: 'expires',
    header: 'Next expiry',
    align: 'end',
    cell: ({ nextExpiryAt }) => (nextExpiryAt === null ? '–' : <Countdown to={nextExpiryAt} />),
  },
  {
    id: 'nearest',
    header: 'Nearest limit',
    cell: ({ quotas, budget }) => <NearestLimitMeter quotas={quotas} budget={budget ?? null} />,
  },
  {
    id: 'last',
    header: 'Newest session',
    cell: ({ lastSessionAt }) => (lastSessionAt === null ? 'none yet' : <RelativeTime at={lastSessionAt} />),
  },
  { id: 'created', header: 'First named', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
];

function State({ user: { erasedAt, suspendedAt } }: { readonly user: UserRowFragment }) {
  if (erasedAt !== null) return <Badge>Erased</Badge>;
  // What is usual is said quietly, so that the rest is seen.
  if (suspendedAt === null) return <span className={styles['usual']}>not suspended</span>;
  return <Badge tone="bad">Suspended</Badge>;
}
