import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { visible } from '../authorization/visible.db.ts';
import { countRows } from '../platform/database/count-rows.ts';
import { afterCursor, type Keyset, orderByLimit, sortedBy, toEdges } from '../platform/database/keyset.ts';
import type { Edge, Page } from '../platform/database/page.ts';
import { read, readPlanned, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import { isActive } from '../sessions/session-conditions.db.ts';
import { visibleUserColumns } from './find-users.db.ts';
import type { User } from './user.ts';
import type { UserFilter } from './user-filter.ts';
import { type UserOrder, userOrders } from './user-order.ts';
import { toUser, type UserRow } from './user-row.db.ts';

/** What a listing is read from, in order: `u` are users, and `ordering` what they are ordered by. */
type Source = { readonly from: string; readonly keyset: Keyset; readonly condition: string };

/**
 * One page of the visible users that a filter means; by next expiry only those with a session that is ACTIVE.
 * @returns at most `page.limit + 1` users in reading order; the extra one says that there is more
 */
export async function listUsers(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UserFilter,
  order: UserOrder,
  page: Page,
): Promise<Edge<User>[]> {
  const given = sqlParameters();
  const { from, keyset, condition } = sourceOf(order, visibility, given);
  const text = `SELECT ${visibleUserColumns(visibility, given)}, ${sortedBy(keyset)} FROM ${from}
    WHERE ${condition} AND ${filterCondition(filter, visibility, given)} AND ${afterCursor(keyset, page, given)}
    ${orderByLimit(keyset, page, given)}`;
  // One plan is right for all values where there are none but the page's own.
  const plain = visibility.reach === 'EVERYTHING' && Object.keys(filter).length === 0;
  const rows = await (plain ? read : readPlanned)<UserRow & { sorted_by: string | null }>(pool, text, given);
  return toEdges(rows, page, toUser);
}

/** How many users all pages of a listing have, or `upTo` when they are that many or more. @throws CountTooLongError */
export function countUsers(
  pool: pg.Pool,
  visibility: Visibility,
  filter: UserFilter,
  order: UserOrder,
  upTo: number | null,
): Promise<number> {
  const given = sqlParameters();
  const conditions = [visible('users', visibility, given), filterCondition(filter, visibility, given)];
  if (order === 'NEXT_EXPIRY_AT_ASC')
    conditions.push(filterCondition({ hasActiveSessions: true }, visibility, given));
  return countRows(pool, `end_user AS u WHERE ${conditions.join(' AND ')}`, upTo, given);
}

function sourceOf(order: UserOrder, visibility: Visibility, given: SqlParameters): Source {
  switch (order) {
    case 'CREATED_AT_DESC':
      return {
        from: 'end_user AS u',
        keyset: { ...userOrders[order], time: null, id: 'u.id' },
        condition: visible('users', visibility, given),
      };
    case 'LAST_SESSION_AT_DESC':
      return byLastSession(visibility, given);
    case 'NEXT_EXPIRY_AT_ASC':
      // The sessions that expire next, of each user the first: in the order of an index, and no further than the page.
      return {
        from: `realtime_session AS s JOIN end_user AS u ON u.id = s.user_id`,
        // Both of the session: a comparison with a column of another table would not be found in its index.
        keyset: { ...userOrders[order], time: 's.expires_at', id: 's.user_id' },
        condition: `${isActive} AND ${visible('sessions', visibility, given)} AND NOT EXISTS (
          SELECT FROM realtime_session AS e WHERE e.user_id = s.user_id AND ${of('e', isActive)}
            AND ${of('e', visible('sessions', visibility, given))} AND (e.expires_at, e.id) < (s.expires_at, s.id))`,
      };
    default:
      return order satisfies never;
  }
}

function byLastSession(visibility: Visibility, given: SqlParameters): Source {
  if (visibility.reach === 'OWN_APPLICATION') {
    return {
      from: 'application_user AS pair JOIN end_user AS u ON u.id = pair.user_id',
      keyset: { ...userOrders.LAST_SESSION_AT_DESC, time: 'pair.last_session_at', id: 'pair.user_id' },
      condition: `pair.application_id = ${given.bind(visibility.applicationId)}::uuid`,
    };
  }
  return {
    from: 'end_user AS u',
    keyset: {
      ...userOrders.LAST_SESSION_AT_DESC,
      time: "coalesce(u.last_session_at, '-infinity')",
      id: 'u.id',
    },
    condition: visible('users', visibility, given),
  };
}

function filterCondition(filter: UserFilter, visibility: Visibility, given: SqlParameters): string {
  const { externalIdPrefix, suspended, hasActiveSessions } = filter;
  const conditions = ['true'];
  if (externalIdPrefix != null)
    conditions.push(`u.external_id LIKE ${given.bind(`${externalIdPrefix.replace(/[\\%_]/g, '\\$&')}%`)}`);
  if (suspended != null) conditions.push(`u.suspended_at IS ${suspended ? 'NOT ' : ''}NULL`);
  if (hasActiveSessions != null) {
    conditions.push(`${hasActiveSessions ? '' : 'NOT '}EXISTS (
      SELECT FROM realtime_session AS s WHERE s.user_id = u.id AND ${isActive} AND ${visible('sessions', visibility, given)})`);
  }
  return conditions.join(' AND ');
}

/** A condition for sessions `s`, of sessions under another name. */
function of(name: string, condition: string): string {
  return condition.replaceAll(/\bs\./g, `${name}.`);
}
