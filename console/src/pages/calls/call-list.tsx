import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useApiQuery } from '../../api/use-api-query.ts';
import type { CallRowFragment, RealtimeCallFilter } from '../../gql/graphql.ts';
import { readFragment } from '../../gql/index.ts';
import { Pager } from '../../ui/pager.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { useBeat } from '../overview/use-beat.ts';
import { ListError } from '../sessions/list-error.tsx';
import styles from './calls.module.css';
import { CALL_ROW, CALLS_PAGE } from './documents.ts';

const PAGE_SIZE = 50;
const REFRESH_MS = 10_000;

/** Calls that match a filter, newest first, read again whenever one begins or ends. */
export function CallList({
  title,
  filter,
  after,
  columns,
  withUsage,
  version,
  isRefreshed,
  empty,
  onTurn,
}: {
  readonly title: string;
  readonly filter: RealtimeCallFilter;
  /** The cursor of the page. Undefined: the first. */
  readonly after: string | undefined;
  readonly columns: readonly Column<CallRowFragment>[];
  readonly withUsage: boolean;
  /** Another one when calls began or ended. */
  readonly version: number;
  /** Whether it is also read again every few seconds, while it has rows. */
  readonly isRefreshed: boolean;
  readonly empty: ReactNode;
  readonly onTurn: (after: string | undefined) => void;
}) {
  const heading = useId();
  const { data, error, stale, reload } = useApiQuery(
    CALLS_PAGE,
    { filter, first: PAGE_SIZE, withUsage, ...(after !== undefined && { after }) },
    { policy: 'network-only' },
  );
  const rows = data === undefined ? null : readFragment(CALL_ROW, data.realtimeCalls.nodes);
  const beat = useBeat(REFRESH_MS);
  const refreshedAt = isRefreshed && rows !== null && rows.length > 0 ? beat : 0;
  const asked = useRef({ version, refreshedAt });
  useEffect(() => {
    const before = asked.current;
    asked.current = { version, refreshedAt };
    if (version !== before.version || refreshedAt > before.refreshedAt) reload();
  }, [version, refreshedAt, reload]);
  const page = data?.realtimeCalls.pageInfo;
  const isFirst = after === undefined;
  return (
    <section className={styles['list']} aria-labelledby={heading}>
      <h2 id={heading}>{title}</h2>
      {error !== undefined && <ListError error={error} onRetry={reload} onFirst={() => onTurn(undefined)} />}
      {(error === undefined || rows !== null) && (
        <Table
          label={`${title} calls`}
          columns={columns}
          rows={rows}
          rowKey={({ id }) => id}
          skeletonRows={4}
          empty={empty}
        />
      )}
      {page !== undefined && (page.hasNextPage || !isFirst) && (
        <Pager
          label={`${title} calls`}
          hasPrevious={!isFirst}
          hasNext={page.hasNextPage}
          onFirst={() => onTurn(undefined)}
          onNext={() => onTurn(page.endCursor ?? undefined)}
          busy={stale}
        />
      )}
    </section>
  );
}
