import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useViewer } from '../../auth/viewer.ts';
import { Pager } from '../../ui/pager.tsx';
import { Select } from '../../ui/select.tsx';
import { Table } from '../../ui/table.tsx';
import { defaultColumns, sessionColumns } from './columns.tsx';
import { ColumnsMenu } from './columns-menu.tsx';
import { type ChangeSearch, filterOf, patchSearch, withoutFilter } from './filter.ts';
import { Filters } from './filters.tsx';
import { ListError } from './list-error.tsx';
import { LiveBar } from './live-bar.tsx';
import { NoSessions } from './no-sessions.tsx';
import styles from './sessions.module.css';
import { SessionsTotal } from './sessions-total.tsx';
import { useBusyHands } from './use-busy-hands.ts';
import { isNewestEnd, useList } from './use-list.ts';

const route = getRouteApi('/sessions');

const ORDERS = [
  { value: 'CREATED_AT_DESC', label: 'Newest first' },
  { value: 'CREATED_AT_ASC', label: 'Oldest first' },
  { value: 'EXPIRES_AT_ASC', label: 'Next to expire first' },
] as const;

export function SessionsList() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change: ChangeSearch = (patch) => void navigate({ search: (before) => patchSearch(before, patch) });
  const clear = () => void navigate({ search: withoutFilter });
  const { kind, scopes } = useViewer();
  const mayReadUsage = kind === 'USER' || scopes.includes('USAGE_READ');
  const columns = sessionColumns.filter(({ id }) => id !== 'cost' || mayReadUsage);
  const shown = search.columns ?? defaultColumns;
  const shownColumns = useMemo(
    () =>
      sessionColumns.filter(
        ({ id }) => id === 'id' || (shown.includes(id) && (id !== 'cost' || mayReadUsage)),
      ),
    [shown, mayReadUsage],
  );
  const [paused, setPaused] = useState(false);
  const { busy, handlers } = useBusyHands();
  const withUsage = mayReadUsage && shown.includes('cost');
  const { page, count, list, stream, pageInfo, showWaiting } = useList(search, { withUsage, paused, busy });
  const filtered = Object.keys(filterOf(search)).length > 0;
  return (
    <>
      <Filters search={search} onChange={change} onClear={clear} />
      <div className={styles['toolbar']}>
        <SessionsTotal count={count} added={list.added} />
        <LiveBar
          stream={stream}
          paused={paused}
          onPause={setPaused}
          waiting={list.waiting.length}
          onShow={isNewestEnd(search) ? showWaiting : () => change({ orderBy: undefined })}
        />
        <Select
          label="Order"
          hideLabel
          value={search.orderBy ?? 'CREATED_AT_DESC'}
          options={ORDERS}
          onChange={(order) => change({ orderBy: order === 'CREATED_AT_DESC' ? undefined : order })}
        />
        <ColumnsMenu
          columns={columns}
          shown={shown}
          onChange={(ids) => change({ ...place(search), columns: ids })}
        />
      </div>
      {page.error !== undefined && (
        <ListError error={page.error} onRetry={page.reload} onFirst={() => change({})} />
      )}
      {(page.error === undefined || page.data != null) && (
        <div {...handlers}>
          <Table
            label="Sessions"
            columns={shownColumns}
            rows={page.data == null ? null : list.rows}
            rowKey={({ id }) => id}
            stale={page.stale}
            skeletonRows={20}
            empty={<NoSessions filtered={filtered} onClear={clear} />}
          />
        </div>
      )}
      <Pager
        label="Sessions"
        hasPrevious={pageInfo?.hasPreviousPage ?? false}
        hasNext={pageInfo?.hasNextPage ?? false}
        onFirst={() => change({})}
        onPrevious={() => change({ before: pageInfo?.startCursor ?? undefined })}
        onNext={() => change({ after: pageInfo?.endCursor ?? undefined })}
        busy={page.stale}
      />
    </>
  );
}

/** The page that the URL names, so that another column does not lead back to the first. */
function place({ after, before }: { readonly after?: string; readonly before?: string }) {
  return { after, before };
}
