import { Link } from '@tanstack/react-router';
import { useApiQuery } from '../../api/use-api-query.ts';
import type { UserAuditQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { actionName } from '../audit/actions.ts';
import { actorKindName, OutcomeBadge } from '../audit/actor.tsx';
import { summaryOf } from '../audit/summary.ts';
import { Section } from './section.tsx';
import { useReloadOn } from './use-user-changes.ts';

const USER_AUDIT = graphql(/* GraphQL */ `
  query UserAudit($id: ID!) {
    user(id: $id) {
      id
      auditEvents(first: 10) {
        nodes {
          id
          at
          action
          outcome
          detail
          actor {
            kind
            name
          }
          user {
            id
          }
        }
      }
    }
  }
`);

type AuditEvent = NonNullable<NonNullable<UserAuditQuery['user']>['auditEvents']>['nodes'][number];

/** What the audit trail says about the user last, and the way to all of it. */
export function AuditSection({ id, changes }: { readonly id: string; readonly changes: number }) {
  const { data, error, stale, reload } = useApiQuery(USER_AUDIT, { id });
  useReloadOn(changes, reload);
  return (
    <Section
      title="Audit trail"
      aside={
        <Link to="/audit" search={{ userId: id }}>
          All events about this user
        </Link>
      }
    >
      {error === undefined ? (
        <Table
          label="The newest audit events about this user"
          columns={columns}
          rows={data?.user?.auditEvents?.nodes ?? null}
          rowKey={({ id: event }) => event}
          stale={stale}
          skeletonRows={3}
          empty={<EmptyState title="No event about this user is stored." />}
        />
      ) : (
        <ErrorNote error={error} onRetry={reload} />
      )}
    </Section>
  );
}

const columns: readonly Column<AuditEvent>[] = [
  { id: 'at', header: 'When', rowHeader: true, cell: ({ at }) => <RelativeTime at={at} /> },
  {
    id: 'action',
    header: 'Action',
    cell: ({ id, action, user }) => (
      <Link to="/audit" search={{ event: id, ...(user !== null && { userId: user.id }) }}>
        {actionName(action)}
      </Link>
    ),
  },
  { id: 'outcome', header: 'Outcome', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  { id: 'actor', header: 'By', cell: ({ actor }) => `${actor.name} (${actorKindName(actor.kind)})` },
  { id: 'detail', header: 'In short', cell: ({ action, detail }) => summaryOf(action, detail) },
];
