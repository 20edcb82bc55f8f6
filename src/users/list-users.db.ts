import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible, visibleSessions } from '../authorization/visible.db.ts';
import { and } from '../platform/database/condition.ts';
import { countRows } from '../platform/database/count-rows.ts';
import {
  afterCursor,
  type Keyset,
  orderBy,
  orderByLimit,
  sortedBy,
  toEdges,
} from '../platform/database/keyset.ts';
import { type Edge, MAX_PAGE_SIZE, type Page } from '../platform/database/page.ts';
import { read, readPlanned, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import { isActive, isActiveOfUser } from '../sessions/session-conditions.db.ts';
import { visibleUserColumns } from './find-users.db.ts';
import type { User, UserDetail } from './user.ts';
import type { UserFilter } from './user-filter.ts';
import { type UserOrder, userOrders } from './user-order.ts';
import { toUser, type UserRow } from './user-row.db.ts';

// A literal LIMIT: of a parameter the planner assumes that it takes a tenth of all users, and would plan each time. Not by
// next expiry: an index gives that order only in part, and how many rows are sorted follows from the limit of the page.
const MOST_ROWS = MAX_PAGE_SIZE + 1;

type ListedRow = UserRow & {
  readonly sorted_by: string | null;
  readonly activeSessionCount?: number;
  readonly nextExpiryAt?: Date | null;
};

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
  detail: UserDetail = 'record',
): Promise<Edge<User>[]> {
  const params = sqlParameters();
  const { from, keyset, condition } = sourceOf(order, visibility, params);
  const found = `SELECT u.*${keyset.by === 'time' ? `, ${keyset.time} AS sort_time` : ''} FROM ${from}
    WHERE ${condition} AND ${filterCondition(filter, visibility, params)} AND ${afterCursor(keyset, page, params)}
    ${order === 'NEXT_EXPIRY_AT_ASC' ? '' : `${orderBy(keyset, page)} LIMIT ${MOST_ROWS}`}`;
  const ofPage = keyset.by === 'time' ? { ...keyset, time: 'u.sort_time', id: 'u.id' } : keyset;
  const active =
    detail === 'withActiveSessions' ? activeSessions(visibility, params) : { columns: '', join: '' };
  const text = `SELECT ${visibleUserColumns(visibility, params)}, ${sortedBy(ofPage)}${active.columns}
    FROM (${found}) AS u${active.join} ${orderByLimit(ofPage, page, params)}`;
  // Without values other than the cursor and the limit, one plan is good for all of them.
  const plain = visibility.reach === 'EVERYTHING' && Object.keys(filter).length === 0;
  const rows = await (plain ? read : readPlanned)<ListedRow>(pool, text, params);
  return toEdges(rows, page, toListedUser);
}

/** The sessions of each user `u` of a page that are ACTIVE, counted in the statement that reads the page. */
function activeSessions(visibility: Visibility, params: SqlParameters) {
  return {
    columns: ', a.count AS "activeSessionCount", a.next_expiry_at AS "nextExpiryAt"',
    join: ` LEFT JOIN LATERAL (
      SELECT count(*)::integer AS count, min(s.expires_at) AS next_expiry_at FROM realtime_session AS s
      WHERE s.user_id = u.id AND ${isActiveOfUser('s')} AND ${and(visibleSessions(visibility), 's', params)}
    ) AS a ON true`,
  };
}

function toListedUser(row: ListedRow): User {
  const { activeSessionCount: count, nextExpiryAt = null } = row;
  return count === undefined ? toUser(row) : { ...toUser(row), activeSessions: { count, nextExpiryAt } };
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

function sourceOf(order: UserOrder, visibility: Visibility, params: SqlParameters): Source {
  switch (order) {
    case 'CREATED_AT_DESC':
      return {
        from: 'end_user AS u',
        keyset: { ...userOrders[order], id: 'u.id' },
        condition: visible('users', visibility, params),
      };
    case 'LAST_SESSION_AT_DESC':
      return byLastSession(visibility, params);
    case 'NEXT_EXPIRY_AT_ASC':
      return byNextExpiry(visibility, params);
    default:
      return order satisfies never;
  }
}

function byLastSession(visibility: Visibility, params: SqlParameters): Source {
  const order = userOrders.LAST_SESSION_AT_DESC;
  if (visibility.reach === 'OWN_APPLICATION') {
    return {
      from: 'application_user AS pair JOIN end_user AS u ON u.id = pair.user_id',
      keyset: { ...order, time: 'pair.last_session_at', id: 'pair.user_id' },
      condition: `pair.application_id = ${params.bind(visibility.applicationId)}::uuid`,
    };
  }
  return {
    from: 'end_user AS u',
    keyset: { ...order, time: "coalesce(u.last_session_at, '-infinity')", id: 'u.id' },
    condition: visible('users', visibility, params),
  };
}

/**
 * The ACTIVE sessions in the order of the index of expiry times, of each user only the first: no more is read than the
 * page needs.
 */
function byNextExpiry(visibility: Visibility, params: SqlParameters): Source {
  const active = (alias: string) =>
    `${isActive(alias)} AND ${and(visibleSessions(visibility), alias, params)}`;
  return {
    from: `realtime_session AS s JOIN end_user AS u ON u.id = s.user_id`,
    // Both columns are of the session: an index does not answer a comparison of rows with a column of another table.
    keyset: { ...userOrders.NEXT_EXPIRY_AT_ASC, time: 's.expires_at', id: 's.user_id' },
    condition: `${active('s')} AND NOT EXISTS (
      SELECT FROM realtime_session AS e WHERE e.user_id = s.user_id AND ${active('e')}
        AND (e.expires_at, e.id) < (s.expires_at, s.id))`,
  };
}

function filterCondition(filter: UserFilter, visibility: Visibility, params: SqlParameters): string {
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
        AND ${and(visibleSessions(visibility), 's', params)})`);
  }
  return conditions.join(' AND ');
}
