import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import { countRows } from '../platform/database/count-rows.ts';
import {
  afterCursor,
  type Keyset,
  orderBy,
  orderByLimit,
  sortedBy,
  toEdges,
} from '../platform/database/keyset.ts';
import type { Edge, Page } from '../platform/database/page.ts';
import { read, readPlanned, type SqlParameters, sqlParameters } from '../platform/database/statement.ts';
import type { ListedSession, SessionDetail } from './session.ts';
import { asRange, filterConditions, onlyActive, statusConditions } from './session-conditions.db.ts';
import type { SessionFilter, SessionOrder } from './session-filter.ts';
import {
  type RecordRow,
  recordColumns,
  type SessionRow,
  type SummaryRow,
  sessionColumns,
  summaryColumns,
  toRecord,
  toSession,
  toSummary,
} from './session-row.db.ts';

const KEYSETS = {
  CREATED_AT_DESC: { time: null, id: 's.id', direction: 'DESC' },
  CREATED_AT_ASC: { time: null, id: 's.id', direction: 'ASC' },
  EXPIRES_AT_ASC: { time: 's.expires_at', id: 's.id', direction: 'ASC' },
} as const satisfies Record<SessionOrder, Keyset>;

type Sorted = { readonly sorted_by: string | null };

// Said where a plan is made: of a limit that is a parameter it is assumed that it takes a tenth of all rows.
const MOST_ROWS = 101;

/**
 * One page of the visible sessions that a filter means; by expiry only those that are ACTIVE.
 * @returns at most `page.limit + 1` sessions in reading order; the extra one says that there is more
 */
export async function listSessions(
  pool: pg.Pool,
  visibility: Visibility,
  filter: SessionFilter,
  order: SessionOrder,
  page: Page,
  extent: SessionDetail,
): Promise<Edge<ListedSession>[]> {
  const statuses = statusesOf(filter, order);
  if (statuses.length === 0) return [];
  const given = sqlParameters();
  const keyset = KEYSETS[order];
  const { condition, reads } = wayOfReading(filterConditions(filter, visibility, given), statuses);
  const found = `${condition} AND ${afterCursor(keyset, page, given)}`;
  const end = orderByLimit(keyset, page, given);
  // Each status comes in order from an index of its own; together they are merged and cut once more.
  const branches = statuses.map((status) => {
    const branch = `SELECT * FROM realtime_session AS s WHERE ${status} AND ${found}`;
    // An upstream id is of hardly more than one session. OFFSET 0 lets them be found before they are put in order:
    // PostgreSQL would else take every id in order, to look whether it is one of them.
    return filter.upstreamSessionId == null
      ? `(${branch} ${orderBy(keyset, page)} LIMIT ${MOST_ROWS})`
      : `(SELECT * FROM (${branch} OFFSET 0) AS s ${end})`;
  });
  const from = `, ${externalUserId(filter, visibility, given)} AS "externalUserId", ${sortedBy(keyset)}
    FROM (${branches.join(' UNION ALL ')}) AS s ${end}`;
  switch (extent) {
    case 'summary':
      return toEdges(
        await reads<SummaryRow & Sorted>(pool, `SELECT ${summaryColumns}${from}`, given),
        page,
        toSummary,
      );
    case 'record':
      return toEdges(
        await reads<RecordRow & Sorted>(pool, `SELECT ${recordColumns}${from}`, given),
        page,
        toRecord,
      );
    case 'full':
      return toEdges(
        await reads<SessionRow & Sorted>(pool, `SELECT ${sessionColumns}${from}`, given),
        page,
        toSession,
      );
    default:
      return extent satisfies never;
  }
}

/**
 * Whose each session is. Looked up once where they are all of one user, else by row: joined, PostgreSQL may rather
 * read all users.
 */
function externalUserId(filter: SessionFilter, visibility: Visibility, { bind: use }: SqlParameters): string {
  if (filter.externalUserId != null) return `${use(filter.externalUserId)}::text`;
  if (visibility.reach === 'SELF') return `${use(visibility.externalId)}::text`;
  const id = filter.userId == null ? 's.user_id' : `${use(filter.userId)}::uuid`;
  return `(SELECT u.external_id FROM end_user AS u WHERE u.id = ${id})`;
}

/** How many sessions all pages of a listing have, or `upTo` when they are that many or more. @throws CountTooLongError */
export async function countSessions(
  pool: pg.Pool,
  visibility: Visibility,
  filter: SessionFilter,
  order: SessionOrder,
  upTo: number | null,
): Promise<number> {
  const statuses = statusesOf(filter, order);
  if (statuses.length === 0) return 0;
  const given = sqlParameters();
  const condition = together(filterConditions(filter, visibility, given));
  const from = `realtime_session AS s WHERE (${statuses.map((status) => `(${status})`).join(' OR ')}) AND ${condition}`;
  return countRows(pool, from, upTo, given);
}

/**
 * A plan is made once and kept where one is right for all values: without a condition that has values, with a user's,
 * and with one other that leads to its index by itself. Anything else is planned for its values, which takes longer
 * than reading the page.
 */
function wayOfReading(conditions: readonly string[], statuses: readonly string[]) {
  if (conditions.length === 0) return { condition: together(conditions), reads: read };
  const alone = conditions.length === 1 && statuses[0] === 'true';
  const leading = conditions.find((condition) => alone || condition.startsWith('s.user_id = '));
  const range = leading === undefined ? null : asRange(leading);
  return range === null
    ? { condition: together(conditions), reads: readPlanned }
    : { condition: together([...conditions, range]), reads: read };
}

function together(conditions: readonly string[]): string {
  return conditions.join(' AND ') || 'true';
}

function statusesOf(filter: SessionFilter, order: SessionOrder): readonly string[] {
  return order === 'EXPIRES_AT_ASC'
    ? statusConditions(onlyActive(filter), false)
    : statusConditions(filter, true);
}
