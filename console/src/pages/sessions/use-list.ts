import { useEffect, useMemo, useState } from 'react';
import { useApiQuery } from '../../api/use-api-query.ts';
import type { SessionsPageQuery } from '../../gql/graphql.ts';
import { readFragment } from '../../gql/index.ts';
import { SESSIONS_COUNT, SESSIONS_PAGE } from './documents.ts';
import { filterOf } from './filter.ts';
import {
  applyChanges,
  type LiveRows,
  MOST_ADDED,
  type Placement,
  showWaiting,
  startRows,
} from './live-rows.ts';
import { answeredNow, SESSION_ROW, type SessionRow } from './rows.ts';
import type { SessionsSearch } from './search.ts';
import { useChanges } from './use-changes.ts';

const PAGE_SIZE = 50;

type Connection = SessionsPageQuery['realtimeSessions'];

type Options = {
  readonly withUsage: boolean;
  readonly paused: boolean;
  /** Whether somebody has the list in hand: rows must not move then. */
  readonly busy: boolean;
};

/** The page of the list that the URL names, kept current by the changes that arrive. */
export function useList(search: SessionsSearch, { withUsage, paused, busy }: Options) {
  const filter = filterOf(search);
  const { orderBy, before, after } = search;
  const size = before === undefined ? { first: PAGE_SIZE, after } : { last: PAGE_SIZE, before };
  const sorted = { filter, orderBy: orderBy ?? ('CREATED_AT_DESC' as const) };
  // Past the cache: what counts down is answered in seconds from now.
  const page = useApiQuery(SESSIONS_PAGE, { ...sorted, ...size, withUsage }, { policy: 'network-only' });
  const count = useApiQuery(SESSIONS_COUNT, sorted, { policy: 'network-only' });
  const connection = page.data?.realtimeSessions;

  const [list, setList] = useLiveRows(connection);
  const placement: Placement = {
    mode: !isNewestEnd(search) ? 'elsewhere' : paused || busy ? 'hold' : 'insert',
    matches: (status) => matchesStatus(search, status),
    hasOlder: connection?.pageInfo.hasNextPage ?? false,
  };
  const stream = useChanges({
    filter,
    after: page.stale ? undefined : connection?.eventsAfter,
    withUsage,
    onChanges: (changes) => setList((current) => applyChanges(current, changes, placement)),
  });
  // What came meanwhile is shown when the hands are gone.
  const released = placement.mode === 'insert' && list.waiting.length > 0 && list.added < MOST_ADDED;
  useEffect(() => {
    if (released) setList(showWaiting);
  });
  return {
    page,
    count,
    list,
    stream,
    pageInfo: connection?.pageInfo,
    // A list that has grown long begins again.
    showWaiting: list.added < MOST_ADDED ? () => setList(showWaiting) : page.reload,
  };
}

/** The rows of an answer, until the next answer replaces them. */
function useLiveRows(connection: Connection | undefined) {
  const answered = useMemo(
    () => startRows((connection?.nodes ?? []).map((node) => answeredNow(readFragment(SESSION_ROW, node)))),
    [connection],
  );
  const [state, setState] = useState({ of: answered, now: answered });
  const list = state.of === answered ? state.now : answered;
  const setList = (change: (list: LiveRows<SessionRow>) => LiveRows<SessionRow>) =>
    setState((current) => ({
      of: answered,
      now: change(current.of === answered ? current.now : answered),
    }));
  return [list, setList] as const;
}

/** Whether the newest session of all comes first on this page. */
export function isNewestEnd({ orderBy, after, before }: SessionsSearch): boolean {
  return orderBy === undefined && after === undefined && before === undefined;
}

function matchesStatus({ statuses, expiresBefore, orderBy }: SessionsSearch, status: string): boolean {
  if ((expiresBefore !== undefined || orderBy === 'EXPIRES_AT_ASC') && status !== 'ACTIVE') return false;
  return statuses === undefined || statuses.some((wanted) => wanted === status);
}
