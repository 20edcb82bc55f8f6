import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useViewer } from '../../auth/viewer.ts';
import { readFragment } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Pager } from '../../ui/pager.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Table } from '../../ui/table.tsx';
import { useBusyHands } from '../sessions/use-busy-hands.ts';
import { NEAR, nearestLimit } from './nearest-limit.ts';
import { NoUsers } from './no-users.tsx';
import type { UsersSearch } from './search.ts';
import { useRefresh } from './use-refresh.ts';
import { useUsers } from './use-users.ts';
import { columns, USER_ROW } from './user-columns.tsx';
import { UserFilters } from './user-filters.tsx';
import styles from './users-view.module.css';

const route = getRouteApi('/users');

export function UsersView() {
  const search = route.useSearch();
  const { reach } = useViewer();
  const navigate = useNavigate({ from: '/users' });
  const { data, error, stale, reload } = useUsers(search);
  const rows = data === undefined ? null : readFragment(USER_ROW, data.users.nodes);
  const near = rows?.filter((row) => (nearestLimit(row.quotas, row.budget ?? null)?.part ?? 0) >= NEAR);
  const page = data?.users.pageInfo;
  const { busy, handlers } = useBusyHands();
  const { answeredAt, refreshing } = useRefresh(data, reload, busy);

  function turn({ after, before }: Pick<UsersSearch, 'after' | 'before'>) {
    const { after: _after, before: _before, ...rest } = search;
    void navigate({ search: { ...rest, ...(after && { after }), ...(before && { before }) } });
  }

  return (
    <>
      <PageHeader
        title="Users"
        description="People for whom applications asked for sessions, by the applications' own ids."
        actions={
          <>
            {data !== undefined && (
              <span className={styles['updated']}>
                Updated <RelativeTime at={answeredAt} />
              </span>
            )}
            <Button onClick={reload}>Reload</Button>
          </>
        }
      />
      <UserFilters
        search={search}
        applications={reach === 'EVERYTHING' ? (data?.applications ?? []) : null}
      />
      {error !== undefined && (
        <>
          <ErrorNote error={error} onRetry={reload} />
          {error.code === 'BAD_USER_INPUT' && (
            <Link to="/users" search={{}}>
              Show all users, without what the address asks for
            </Link>
          )}
        </>
      )}
      {(data !== undefined || error === undefined) && (
        <>
          <div {...handlers}>
            <Table
              label="Users"
              columns={columns}
              rows={(search.near ? near : rows) ?? null}
              rowKey={({ id }) => id}
              stale={stale && !refreshing}
              empty={<NoUsers search={search} isPageEmpty={rows?.length === 0} />}
            />
          </div>
          <Pager
            label="users"
            hasPrevious={page?.hasPreviousPage ?? false}
            hasNext={page?.hasNextPage ?? false}
            onFirst={() => turn({})}
            onPrevious={() => turn({ before: page?.startCursor ?? '' })}
            onNext={() => turn({ after: page?.endCursor ?? '' })}
            shown={shownText(rows?.length, near?.length, data?.users.totalCount)}
            busy={stale && !refreshing}
          />
        </>
      )}
    </>
  );
}

function shownText(shown = 0, near = 0, total: number | null | undefined): string {
  if (shown === 0) return '';
  const all = total == null ? '' : total > 1000 ? ' of more than 1,000' : ` of ${total.toLocaleString('en')}`;
  return `${shown}${all} ${shown === 1 && total === 1 ? 'user' : 'users'}, ${near} of these near a limit`;
}
