import { Link } from '@tanstack/react-router';
import type { CallRowFragment } from '../../gql/graphql.ts';
import { Amount } from '../../ui/amount.tsx';
import { Countdown } from '../../ui/countdown.tsx';
import { Elapsed } from '../../ui/elapsed.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { Column } from '../../ui/table.tsx';
import { CallBadge } from './call-badge.tsx';
import styles from './calls.module.css';
import { HangUp } from './hang-up.tsx';
import { END_WORDS } from './words.ts';

type CallColumn = Column<CallRowFragment>;

const NONE = <span className={styles['none']}>–</span>;

const USER: CallColumn = {
  id: 'user',
  header: 'User',
  rowHeader: true,
  cell: ({ session: { user } }) => (
    <Link to="/users/$id" params={{ id: user.id }}>
      {user.externalId ?? 'erased user'}
    </Link>
  ),
};
const SESSION: readonly CallColumn[] = [
  {
    id: 'session',
    header: 'Session',
    cell: ({ session: { id } }) => (
      <Link to="/sessions/$id" params={{ id }} className={styles['id']}>
        …{id.replace(/=+$/, '').slice(-8)}
      </Link>
    ),
  },
  { id: 'application', header: 'Application', cell: ({ session }) => session.application.name },
  { id: 'model', header: 'Model', cell: ({ session }) => session.model },
];
const COST: CallColumn = {
  id: 'cost',
  header: 'Cost so far (USD)',
  align: 'end',
  cell: ({ usage }) => (usage?.reported === true ? <Amount usd={usage.costUsd} /> : NONE),
};

const RUNNING: readonly CallColumn[] = [
  USER,
  { id: 'status', header: 'Status', cell: ({ status }) => <CallBadge status={status} /> },
  {
    id: 'clock',
    header: 'Running for',
    align: 'end',
    cell: ({ connectedAt }) => (connectedAt === null ? NONE : <Elapsed since={connectedAt} />),
  },
  {
    id: 'deadline',
    header: 'Ends in',
    align: 'end',
    cell: ({ deadlineAt }) => (deadlineAt === null ? NONE : <Countdown to={deadlineAt} ended="now" />),
  },
  {
    id: 'activity',
    header: 'Last activity',
    cell: ({ lastActivityAt }) => (lastActivityAt === null ? NONE : <RelativeTime at={lastActivityAt} />),
  },
];
const HANG_UP_COLUMN: CallColumn = {
  id: 'hang-up',
  header: 'Action',
  cell: ({ session, ...call }) =>
    call.status === 'LIVE' ? <HangUp call={call} user={session.user.externalId} size="small" /> : NONE,
};

const ENDED: readonly CallColumn[] = [
  USER,
  {
    id: 'reason',
    header: 'Why it ended',
    cell: ({ endReason }) => (endReason === null ? NONE : END_WORDS[endReason].label),
  },
  {
    id: 'ended',
    header: 'Ended',
    cell: ({ endedAt }) => (endedAt === null ? NONE : <RelativeTime at={endedAt} />),
  },
  {
    id: 'lasted',
    header: 'Lasted',
    align: 'end',
    cell: ({ connectedAt, endedAt }) =>
      connectedAt === null || endedAt === null ? NONE : <Elapsed since={connectedAt} until={endedAt} />,
  },
];

/** @param withUsage whether the caller may see what calls cost */
export function runningColumns(withUsage: boolean): readonly CallColumn[] {
  return withUsage ? RUNNING_WITH_COST : RUNNING_WITHOUT;
}

/** @param withUsage whether the caller may see what calls cost */
export function endedColumns(withUsage: boolean): readonly CallColumn[] {
  return withUsage ? ENDED_WITH_COST : ENDED_WITHOUT;
}

// The same lists each time, so that rows are not drawn again.
const RUNNING_WITHOUT = [...RUNNING, HANG_UP_COLUMN, ...SESSION];
const RUNNING_WITH_COST = [...RUNNING, COST, HANG_UP_COLUMN, ...SESSION];
const ENDED_WITHOUT = [...ENDED, ...SESSION];
const ENDED_WITH_COST = [...ENDED, { ...COST, header: 'Cost (USD)' }, ...SESSION];
