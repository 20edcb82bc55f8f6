import { Link } from '@tanstack/react-router';
import type { AuditRowFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { RelativeTime } from '../../ui/relative-time.tsx';
import type { Column } from '../../ui/table.tsx';
import { actionName } from './actions.ts';
import { actorKindName, OutcomeBadge } from './actor.tsx';
import styles from './event-row.module.css';
import { summaryOf } from './summary.ts';

export const AUDIT_ROW = graphql(/* GraphQL */ `
  fragment AuditRow on AuditEvent {
    id
    sequence
    at
    action
    outcome
    detail
    actor {
      kind
      name
    }
    application {
      id
      name
    }
    user {
      id
      externalId
    }
    session @include(if: $withSessions) {
      id
    }
  }
`);

export const auditColumns: readonly Column<AuditRowFragment>[] = [
  { id: 'at', header: 'When', cell: ({ at }) => <RelativeTime at={at} /> },
  {
    id: 'action',
    header: 'What',
    rowHeader: true,
    cell: (event) => <What event={event} />,
  },
  { id: 'outcome', header: 'Outcome', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  {
    id: 'actor',
    header: 'By',
    cell: ({ actor }) => (
      <span className={styles['clip']} title={actor.name}>
        {actor.name} <span className={styles['quiet']}>{actorKindName(actor.kind)}</span>
      </span>
    ),
  },
  { id: 'about', header: 'About', cell: (event) => <About event={event} /> },
  {
    id: 'sequence',
    header: 'Number',
    align: 'end',
    cell: ({ sequence }) =>
      sequence?.toLocaleString('en') ?? <span className={styles['quiet']}>not sealed</span>,
  },
];

function What({ event }: { readonly event: AuditRowFragment }) {
  const summary = summaryOf(event.action, event.detail);
  return (
    <>
      <Link to="/audit" search={(now) => ({ ...now, event: event.id })} resetScroll={false}>
        {actionName(event.action)}
      </Link>
      {summary !== '' && (
        <span className={styles['summary']} title={summary}>
          {summary}
        </span>
      )}
    </>
  );
}

function About({ event: { user, session, application } }: { readonly event: AuditRowFragment }) {
  return (
    <span className={styles['about']}>
      {user && (
        <Link to="/users/$id" params={{ id: user.id }}>
          {user.externalId ?? 'erased user'}
        </Link>
      )}
      {session && (
        <Link to="/sessions/$id" params={{ id: session.id }}>
          session
        </Link>
      )}
      {/* A session has its application on its own page. */}
      {application && !user && !session && (
        <Link to="/applications" search={{ find: application.name }}>
          {application.name}
        </Link>
      )}
    </span>
  );
}
