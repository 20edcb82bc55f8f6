import { Link } from '@tanstack/react-router';
import { useApiQuery } from '../../api/use-api-query.ts';
import type { UserSessionsQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { StatusBadge } from '../sessions/status-badge.tsx';
import { Section } from './section.tsx';
import { useReloadOn } from './use-user-changes.ts';

const USER_SESSIONS = graphql(/* GraphQL */ `
  query UserSessions($id: ID!) {
    user(id: $id) {
      id
      sessions(first: 10) {
        nodes {
          id
          status
          createdAt
          model
          provider
          application {
            id
            name
          }
          clientSecret {
            expiresAt
          }
        }
        totalCount(upTo: 1001)
      }
    }
  }
`);

type Sessions = NonNullable<UserSessionsQuery['user']>['sessions'];
type Session = Sessions['nodes'][number];

/** The newest ten sessions of the user, and the way to all of them. */
export function SessionsSection({ id, changes }: { readonly id: string; readonly changes: number }) {
  const { data, error, stale, reload } = useApiQuery(USER_SESSIONS, { id });
  useReloadOn(changes, reload);
  const sessions = data?.user?.sessions;
  return (
    <Section
      title="Sessions"
      aside={
        <Link to="/sessions" search={{ userId: id }}>
          {linkText(sessions?.totalCount)}
        </Link>
      }
    >
      {error === undefined ? (
        <Table
          label="The newest sessions of this user"
          columns={columns}
          rows={sessions?.nodes ?? null}
          rowKey={({ id: session }) => session}
          stale={stale}
          skeletonRows={3}
          empty={
            <EmptyState title="No session yet.">
              It appears here as soon as an application asks for one for this user.
            </EmptyState>
          }
        />
      ) : (
        <ErrorNote error={error} onRetry={reload} />
      )}
    </Section>
  );
}

function linkText(count: number | null | undefined): string {
  if (count == null) return 'All sessions of this user';
  return count > 1000 ? 'More than 1,000 sessions' : `All ${count} sessions`;
}

const columns: readonly Column<Session>[] = [
  {
    id: 'createdAt',
    header: 'Asked for',
    rowHeader: true,
    cell: ({ id, createdAt }) => (
      <Link to="/sessions/$id" params={{ id }}>
        <RelativeTime at={createdAt} />
      </Link>
    ),
  },
  { id: 'status', header: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    id: 'expires',
    header: 'Secret expires',
    cell: ({ status, clientSecret }) =>
      clientSecret === null ? (
        'no secret'
      ) : status === 'ACTIVE' ? (
        <Countdown to={clientSecret.expiresAt} />
      ) : (
        <RelativeTime at={clientSecret.expiresAt} />
      ),
  },
  { id: 'model', header: 'Model', cell: ({ model, provider }) => `${model} (${provider})` },
  { id: 'application', header: 'Application', cell: ({ application }) => application.name },
];
