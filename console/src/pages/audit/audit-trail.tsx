import { getRouteApi } from '@tanstack/react-router';
import { useApiQuery } from '../../api/use-api-query.ts';
import { useHasScope } from '../../auth/viewer.ts';
import { readFragment } from '../../gql/fragment-masking.ts';
import { graphql } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Table } from '../../ui/table.tsx';
import { AuditFilters } from './audit-filters.tsx';
import styles from './audit-trail.module.css';
import { EventDialog } from './event-dialog.tsx';
import { AUDIT_ROW, auditColumns } from './event-row.tsx';
import { ExportButtons } from './export-buttons.tsx';
import { MatchCount } from './match-count.tsx';
import { type AuditSearch, filterOf } from './search.ts';

const TRAIL = graphql(/* GraphQL */ `
  query AuditTrail(
    $filter: AuditEventFilter
    $first: Int
    $after: String
    $last: Int
    $before: String
    $withSessions: Boolean!
  ) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      nodes {
        id
        ...AuditRow
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`);

const PAGE_SIZE = 50;
const route = getRouteApi('/audit');

/** The events that match the URL's filter, a page at a time. */
export function AuditTrail() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const withSessions = useHasScope('SESSIONS_READ');
  const filter = filterOf(search);
  const { data, error, stale, reload } = useApiQuery(TRAIL, { filter, ...pageOf(search), withSessions });
  const page = data?.auditEvents;
  const change = (next: AuditSearch) => void navigate({ search: next });
  const turn = ({ after: _after, before: _before, ...rest }: AuditSearch, to: AuditSearch) =>
    change({ ...rest, ...to });

  return (
    <>
      <AuditFilters search={search} onChange={change} />
      <div className={styles['toolbar']}>
        <MatchCount filter={filter} />
        <Button size="small" busy={stale} onClick={reload}>
          Refresh
        </Button>
        <ExportButtons filter={filter} withSessions={withSessions} />
      </div>
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {(error === undefined || page !== undefined) && (
        <Table
          label="Audit events"
          columns={auditColumns}
          rows={page === undefined ? null : readFragment(AUDIT_ROW, page.nodes)}
          rowKey={({ id }) => id}
          isMarked={({ id }) => id === search.event}
          stale={stale}
          skeletonRows={12}
          empty={<NoEvents filtered={filter !== null} onClear={() => change({})} />}
        />
      )}
      {page !== undefined && (page.pageInfo.hasNextPage || page.pageInfo.hasPreviousPage) && (
        <Pager
          label="audit events"
          hasPrevious={page.pageInfo.hasPreviousPage}
          hasNext={page.pageInfo.hasNextPage}
          busy={stale}
          onFirst={() => turn(search, {})}
          onPrevious={() => turn(search, cursor('before', page.pageInfo.startCursor))}
          onNext={() => turn(search, cursor('after', page.pageInfo.endCursor))}
        />
      )}
      <EventDialog id={search.event ?? null} onClose={() => change(withoutEvent(search))} />
    </>
  );
}

function NoEvents({ filtered, onClear }: { readonly filtered: boolean; readonly onClear: () => void }) {
  if (!filtered)
    return (
      <EmptyState title="Nothing has happened yet">Issue a session, and its events appear here.</EmptyState>
    );
  return (
    <EmptyState
      title="No event matches these filters"
      action={<Button onClick={onClear}>Clear filters</Button>}
    >
      Widen the time, or take one of the filters back.
    </EmptyState>
  );
}

function pageOf({ after, before }: AuditSearch) {
  if (before !== undefined) return { last: PAGE_SIZE, before };
  return after === undefined ? { first: PAGE_SIZE } : { first: PAGE_SIZE, after };
}

function cursor(name: 'after' | 'before', value: string | null): AuditSearch {
  return value === null ? {} : { [name]: value };
}

function withoutEvent({ event: _event, ...rest }: AuditSearch): AuditSearch {
  return rest;
}
