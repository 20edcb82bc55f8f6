import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible, visibleSessions } from '../authorization/visible.db.ts';
import { and } from '../platform/database/condition.ts';
import { countRows } from '../platform/database/count-rows.ts';
import {
  afterCursor,
  inReadingOrder,
  type Keyset,
  orderBy,
  orderByLimit,
  sortedBy,
  textColumns,
  toEdges,
} from '../platform/database/keyset.ts';
import { type Edge, MAX_PAGE_SIZE, type Page } from '../platform/database/page.ts';
import {
  type ReadTexts,
  read,
  readPlanned,
  type SqlParameters,
  sqlParameters,
} from '../platform/database/statement.ts';
import type { TextRow } from '../platform/database/text-row.ts';
import { LONGEST_EXPOSURE } from '../sessions/exposed-until.db.ts';
import { activeSessionsOf } from '../sessions/find-active-sessions.db.ts';
import { isActive, isActiveOfOneUser, isActiveOfUser } from '../sessions/session-conditions.db.ts';
import { seenTimes } from './find-users.db.ts';
import type { User } from './user.ts';
import type { UserFilter } from './user-filter.ts';
import { type UserOrder, userOrders } from './user-order.ts';
import { SEEN_BY_ALL, toUser, type UserRow, userColumnsWith } from './user-row.db.ts';
import type { UserText } from './user-text.ts';
import { isOfActiveSessions, isSeenTime, userTextColumn } from './user-texts.db.ts';

// A literal LIMIT: of a parameter the planner assumes that it takes a tenth of all users, and would plan each time.
const MOST_ROWS = MAX_PAGE_SIZE + 1;

// As the index of users by their last session has it.
const LAST_SESSION_AT = "coalesce(u.last_session_at, '-infinity')";

/** Of users `u` that were found, with what they are sorted by beside them. */
const KEYSETS = {
  CREATED_AT_DESC: { ...userOrders.CREATED_AT_DESC, id: 'u.id' },
  LAST_SESSION_AT_DESC: { ...userOrders.LAST_SESSION_AT_DESC, id: 'u.id', time: 'u.sort_time' },
  NEXT_EXPIRY_AT_ASC: { ...userOrders.NEXT_EXPIRY_AT_ASC, id: 'u.id', time: 'u.sort_time' },
} satisfies Record<UserOrder, Keyset>;

/** The tables that a listing is read from, with users as `u`; its order; and which rows of them are users that the viewer sees. */
type Source = { readonly from: string; readonly keyset: Keyset; readonly condition: string };

/**
 * One page of the visible users that match a filter. In the order of the next expiry, only users with an ACTIVE session.
 * @returns at most `page.limit + 1` users in reading order; the extra one says that there is more
 */
export async function listUsers(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UserFilter,
  order: UserOrder,
  page: Page,
): Promise<Edge<User>[]> {
  const { params, keyset, select, plan } = pageStatement(visibility, filter, order, page);
  const seen = seenTimes(visibility, params);
  const text = select(`${userColumnsWith(seen)}, ${sortedBy(keyset)}`, seen.join);
  const run = plan === 'prepared' ? read : readPlanned;
  const rows = await run<UserRow & { sorted_by: string | null }>(pool, text, params);
  return toEdges(rows, page, toUser);
}

/** The same page as rows of text: the id, and then `columns`. Null when it should be read as above (`readTexts`). */
export async function listUserTexts(
  readTexts: ReadTexts,
  visibility: Visibility,
  filter: UserFilter,
  order: UserOrder,
  page: Page,
  columns: readonly UserText[],
): Promise<readonly TextRow[] | null> {
  const { params, keyset, select, plan } = pageStatement(visibility, filter, order, page);
  // When it is selected: PostgreSQL refuses a value that the text does not use.
  const seen = columns.some(isSeenTime) ? seenTimes(visibility, params) : SEEN_BY_ALL;
  const selected = textColumns(
    keyset,
    columns.map((column) => userTextColumn(column, seen)),
  );
  // Counted for all users of the page at once, in the statement that reads them.
  const text = columns.some(isOfActiveSessions)
    ? `WITH page AS MATERIALIZED (${select('u.*', '')}),
      active AS (${activeSessionsOf('ARRAY(SELECT id FROM page)', visibility, params)})
      SELECT ${selected} FROM page AS u ${seen.join} LEFT JOIN active ON active.id = u.id ${orderBy(keyset, page)}`
    : select(selected, seen.join);
  const rows = await readTexts(text, params, plan);
  return rows && inReadingOrder(rows, page);
}

/** The statement of a page, which lacks the columns that it selects of users `u`, and what they are joined with for that. */
function pageStatement(visibility: Visibility, filter: UserFilter, order: UserOrder, page: Page) {
  const params = sqlParameters();
  const found =
    order === 'NEXT_EXPIRY_AT_ASC'
      ? byNextExpiry(visibility, filter, page, params)
      : byOwnColumn(order, visibility, filter, page, params);
  const keyset: Keyset = KEYSETS[order];
  const end = orderByLimit(keyset, page, params);
  // Without values other than the cursor and the limit, one plan is good for all of them.
  const isPlain = visibility.reach === 'EVERYTHING' && Object.keys(filter).length === 0;
  return {
    params,
    keyset,
    select: (columns: string, join: string) => `SELECT ${columns} FROM (${found}) AS u ${join} ${end}`,
    plan: isPlain ? ('prepared' as const) : ('planned' as const),
  };
}

/** How many users all pages of a listing have together, counted up to `upTo`. @throws CountTooLongError */
export function countUsers(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UserFilter,
  order: UserOrder,
  upTo: number | null,
): Promise<number> {
  const params = sqlParameters();
  const conditions = [visible('users', visibility, params), filterCondition(filter, visibility, params)];
  if (order === 'NEXT_EXPIRY_AT_ASC')
    conditions.push(filterCondition({ hasActiveSessions: true }, visibility, params));
  return countRows(pool, `end_user AS u WHERE ${conditions.join(' AND ')}`, upTo, params);
}

/** The longest page of users `u` in the order of one of their own columns. */
function byOwnColumn(
  order: Exclude<UserOrder, 'NEXT_EXPIRY_AT_ASC'>,
  visibility: Visibility,
  filter: UserFilter,
  page: Page,
  params: SqlParameters,
): string {
  const { from, keyset, condition } = sourceOf(order, visibility, params);
  // Follows from the filter: who has an ACTIVE session had the last one since. An index has it, and it bounds what is looked up.
  const recent = filter.hasActiveSessions
    ? `${keyset.by === 'time' ? keyset.time : LAST_SESSION_AT} >= now() - ${LONGEST_EXPOSURE}`
    : 'true';
  const matches = filterCondition(filter, visibility, params, 'OFFSET 0');
  return `SELECT u.*${keyset.by === 'time' ? `, ${keyset.time} AS sort_time` : ''} FROM ${from}
    WHERE ${condition} AND ${recent} AND ${matches} AND ${afterCursor(keyset, page, params)}
    ${orderBy(keyset, page)} LIMIT ${MOST_ROWS}`;
}

function sourceOf(
  order: Exclude<UserOrder, 'NEXT_EXPIRY_AT_ASC'>,
  visibility: Visibility,
  params: SqlParameters,
): Source {
  switch (order) {
    case 'CREATED_AT_DESC':
      return {
        from: 'end_user AS u',
        keyset: { ...userOrders[order], id: 'u.id' },
        condition: visible('users', visibility, params),
      };
    case 'LAST_SESSION_AT_DESC':
      if (visibility.reach === 'OWN_APPLICATION')
        return {
          from: 'application_user AS pair JOIN end_user AS u ON u.id = pair.user_id',
          keyset: { ...userOrders[order], time: 'pair.last_session_at', id: 'pair.user_id' },
          condition: `pair.application_id = ${params.bind(visibility.applicationId)}::uuid`,
        };
      return {
        from: 'end_user AS u',
        keyset: { ...userOrders[order], time: LAST_SESSION_AT, id: 'u.id' },
        condition: visible('users', visibility, params),
      };
    default:
      return order satisfies never;
  }
}

/**
 * A page of users `u` by their first ACTIVE session to expire. Sessions are read in the order in which they expire, and one counts
 * if its user has none that expires before it; users are read only for those that are on the page.
 */
function byNextExpiry(
  visibility: Visibility,
  { hasActiveSessions, ...filter }: UserFilter,
  page: Page,
  params: SqlParameters,
): string {
  // Both columns are of the session: an index does not answer a comparison of rows with a column of another table.
  const keyset: Keyset = { ...userOrders.NEXT_EXPIRY_AT_ASC, time: 's.expires_at', id: 's.user_id' };
  const ofUser =
    Object.keys(filter).length === 0
      ? 'true'
      : `EXISTS (SELECT FROM end_user AS u WHERE u.id = s.user_id AND ${filterCondition(filter, visibility, params)})`;
  // All users of this listing have an ACTIVE session.
  const possible = hasActiveSessions !== false;
  const visibleOnes = (alias: string) => and(visibleSessions(visibility), alias, params);
  // OFFSET 0 has each user looked up by itself, until the page is full. Without it, PostgreSQL may compare all that is ACTIVE with
  // all that is ACTIVE.
  return `SELECT u.*, first.expires_at AS sort_time FROM (
      SELECT s.expires_at, s.user_id FROM realtime_session AS s
      WHERE ${possible} AND ${isActive('s')} AND ${visibleOnes('s')} AND ${ofUser} AND ${afterCursor(keyset, page, params)}
        AND NOT EXISTS (SELECT FROM realtime_session AS e
          WHERE e.user_id = s.user_id AND ${isActiveOfOneUser('e')} AND ${visibleOnes('e')}
            AND (e.expires_at, e.id) < (s.expires_at, s.id) OFFSET 0)
      ${orderByLimit(keyset, page, params)}
    ) AS first JOIN end_user AS u ON u.id = first.user_id`;
}

/** @param end 'OFFSET 0': the sessions of each user are looked up by themselves, which is less for a page, and more for a count */
function filterCondition(
  filter: UserFilter,
  visibility: Visibility,
  params: SqlParameters,
  end: 'OFFSET 0' | '' = '',
): string {
  const { externalIdPrefix, externalIds, suspended, hasActiveSessions, ...rest } = filter;
  // A field that is forgotten does not compile.
  rest satisfies Record<string, never>;
  const conditions = ['true'];
  if (externalIdPrefix != null)
    conditions.push(`u.external_id LIKE ${params.bind(`${externalIdPrefix.replace(/[\\%_]/g, '\\$&')}%`)}`);
  if (externalIds != null) conditions.push(`u.external_id = ANY(${params.bind(externalIds)}::text[])`);
  if (suspended != null) conditions.push(`u.suspended_at IS ${suspended ? 'NOT ' : ''}NULL`);
  if (hasActiveSessions != null) {
    conditions.push(`${hasActiveSessions ? '' : 'NOT '}EXISTS (
      SELECT FROM realtime_session AS s WHERE s.user_id = u.id AND ${isActiveOfUser('s')}
        AND ${and(visibleSessions(visibility), 's', params)} ${end})`);
  }
  return conditions.join(' AND ');
}
