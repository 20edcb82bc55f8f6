import type pg from 'pg';
import type { Visibility } from '../authorization/visibility.ts';
import {
  and,
  type Comparison,
  type Condition,
  isHinted,
  withRangeHint,
} from '../platform/database/condition.ts';
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
import type { ListedSession, SessionDetail } from './session.ts';
import {
  failureConditions,
  onlyActive,
  sessionConditions,
  statusConditions,
} from './session-conditions.db.ts';
import type { SessionFilter } from './session-filter.ts';
import { type SessionOrder, sessionOrders } from './session-order.ts';
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
import type { SessionText } from './session-text.ts';
import { sessionTextColumn } from './session-texts.db.ts';

const KEYSETS = {
  CREATED_AT_DESC: { ...sessionOrders.CREATED_AT_DESC, id: 's.id' },
  CREATED_AT_ASC: { ...sessionOrders.CREATED_AT_ASC, id: 's.id' },
  EXPIRES_AT_ASC: { ...sessionOrders.EXPIRES_AT_ASC, id: 's.id', time: 's.expires_at' },
} satisfies Record<SessionOrder, Keyset>;

// A literal LIMIT: of a parameter the planner assumes that it takes a tenth of the table.
const MOST_ROWS = MAX_PAGE_SIZE + 1;

// Columns with an index of the column and then the id.
const INDEXED: ReadonlySet<string> = new Set(['user_id', 'application_id', 'model']);

type Sorted = { readonly sorted_by: string | null };

/**
 * One page of the visible sessions that match a filter. In the order of expiry, only sessions that are ACTIVE.
 * @returns at most `page.limit + 1` sessions in reading order; the extra one says that there is more
 */
export async function listSessions(
  pool: pg.Pool,
  visibility: Visibility,
  filter: SessionFilter,
  order: SessionOrder,
  page: Page,
  detail: SessionDetail,
): Promise<Edge<ListedSession>[]> {
  const statement = pageStatement(visibility, filter, order, page);
  if (statement === null) return [];
  const { params, select } = statement;
  const run = statement.plan === 'prepared' ? read : readPlanned;
  const others = `, ${externalUserId(filter, visibility, params)} AS "externalUserId", ${sortedBy(KEYSETS[order])}`;
  switch (detail) {
    case 'summary':
      return toEdges(
        await run<SummaryRow & Sorted>(pool, select(summaryColumns + others), params),
        page,
        toSummary,
      );
    case 'record':
      return toEdges(
        await run<RecordRow & Sorted>(pool, select(recordColumns + others), params),
        page,
        toRecord,
      );
    case 'full':
      return toEdges(
        await run<SessionRow & Sorted>(pool, select(sessionColumns + others), params),
        page,
        toSession,
      );
    default:
      return detail satisfies never;
  }
}

/** The same page as rows of text: the id, and then `columns`. Null when it should be read as above (`readTexts`). */
export async function listSessionTexts(
  readTexts: ReadTexts,
  visibility: Visibility,
  filter: SessionFilter,
  order: SessionOrder,
  page: Page,
  columns: readonly SessionText[],
): Promise<readonly TextRow[] | null> {
  const statement = pageStatement(visibility, filter, order, page);
  if (statement === null) return [];
  const { params, select, plan } = statement;
  const keyset = KEYSETS[order];
  const [status, ...otherStatuses] = filter.statuses ?? [];
  const texts = columns.map((column) => {
    if (column === 'externalUserId') return externalUserId(filter, visibility, params);
    // All sessions of the page have it. PostgreSQL would compute it again for each.
    if (column === 'status' && status !== undefined && otherStatuses.length === 0) return `'${status}'::text`;
    return sessionTextColumn(column);
  });
  const rows = await readTexts(select(textColumns(keyset, texts)), params, plan);
  return rows && inReadingOrder(rows, page);
}

/** The statement of a page, which lacks the columns that it selects of sessions `s`; null when no session can match. */
function pageStatement(visibility: Visibility, filter: SessionFilter, order: SessionOrder, page: Page) {
  const params = sqlParameters();
  const branchConditions = branchConditionsOf(filter, order, params, page);
  if (branchConditions?.length === 0) return null;
  const keyset = KEYSETS[order];
  const { conditions, plan } = choosePlan(
    sessionConditions(filter, visibility),
    filter,
    branchConditions === null,
  );
  const where = `${and(conditions, 's', params)} AND ${afterCursor(keyset, page, params)}`;
  const end = orderByLimit(keyset, page, params);
  // With a range hint PostgreSQL expects few rows, whatever it assumes of the limit.
  const isNarrow = branchConditions === null && conditions.some(isHinted);
  const endOfBranch = isNarrow ? end : `${orderBy(keyset, page)} LIMIT ${MOST_ROWS}`;
  // One SELECT per condition on the status and the failure. Each reads a page in order from its own index; the union is sorted and cut again.
  const branchOf = (condition: string, columns: string) => {
    const branch = `SELECT ${columns} FROM realtime_session AS s WHERE ${condition} AND ${where}`;
    // Hardly more than one session has a given upstream id. OFFSET 0 makes PostgreSQL find these before it sorts them;
    // otherwise it would read all sessions in order and compare the upstream id of each.
    return filter.upstreamSessionId == null
      ? `(${branch} ${endOfBranch})`
      : `(SELECT * FROM (${branch} OFFSET 0) AS s ${end})`;
  };
  const select = (columns: string) => {
    const named = columnsNamedIn(columns);
    const branches = (branchConditions ?? ['true']).map((condition) => branchOf(condition, named));
    return `SELECT ${columns} FROM (${branches.join(' UNION ALL ')}) AS s ${end}`;
  };
  return { params, plan, select };
}

/**
 * The columns of sessions `s` that a text names. What a listing selects names those that it is sorted by. All of them would take as long as finding the rows does, and so would
 * expressions, which PostgreSQL prepares for each partition.
 */
function columnsNamedIn(text: string): string {
  return [...new Set(text.match(/\bs\.\w+/g))].join(', ');
}

/**
 * The external id of each session's user. A value or one look-up when all sessions are of the same user, else a look-up
 * by row: for a join, PostgreSQL may read all users.
 */
function externalUserId(filter: SessionFilter, visibility: Visibility, { bind }: SqlParameters): string {
  if (filter.externalUserId != null) return `${bind(filter.externalUserId)}::text`;
  if (visibility.reach === 'SELF') return `${bind(visibility.externalId)}::text`;
  const id = filter.userId == null ? 's.user_id' : `${bind(filter.userId)}::uuid`;
  return `(SELECT u.external_id FROM end_user AS u WHERE u.id = ${id})`;
}

/** How many sessions all pages of a listing have together, counted up to `upTo`. @throws CountTooLongError */
export async function countSessions(
  pool: pg.Pool,
  visibility: Visibility,
  filter: SessionFilter,
  order: SessionOrder,
  upTo: number | null,
): Promise<number> {
  const params = sqlParameters();
  const branchConditions = branchConditionsOf(filter, order, params, null);
  if (branchConditions?.length === 0) return 0;
  const anyOfThem = (branchConditions ?? ['true']).map((condition) => `(${condition})`).join(' OR ');
  const where = `(${anyOfThem}) AND ${and(sessionConditions(filter, visibility), 's', params)}`;
  return countRows(pool, `realtime_session AS s WHERE ${where}`, upTo, params);
}

/**
 * Uses a prepared statement, whose plan may become a generic one, where one plan is good for all values: without
 * conditions, with a condition on the user, and with a single condition on an indexed column. Anything else is planned for
 * its actual values, which takes longer than reading the page.
 */
function choosePlan(
  conditions: readonly Condition[],
  { failureCodes }: SessionFilter,
  unbranched: boolean,
): { readonly conditions: readonly Condition[]; readonly plan: 'prepared' | 'planned' } {
  // Codes differ in how many sessions have them.
  if (conditions.length === 0) return { conditions, plan: failureCodes == null ? 'prepared' : 'planned' };
  const single = conditions.length === 1 && unbranched;
  const leading = conditions.find(
    (condition): condition is Comparison =>
      condition.operator === '=' && (single ? INDEXED.has(condition.column) : condition.column === 'user_id'),
  );
  if (leading === undefined) return { conditions, plan: 'planned' };
  const hinted = conditions.map((condition) => (condition === leading ? withRangeHint(leading) : condition));
  return { conditions: hinted, plan: 'prepared' };
}

/**
 * The conditions on the status and the failure, each of which an index answers in the order of the listing. A session that
 * matches satisfies exactly one of them. Empty when no session can match, and null when neither matters.
 */
function branchConditionsOf(
  filter: SessionFilter,
  order: SessionOrder,
  params: SqlParameters,
  page: Page | null,
): readonly string[] | null {
  const fromCursor = page?.after != null && page.direction === 'forward';
  const statuses =
    order === 'EXPIRES_AT_ASC'
      ? statusConditions(onlyActive(filter), fromCursor ? 'cursor' : 'now')
      : statusConditions(filter, 'anywhere');
  const failures = failureConditions(filter, params);
  if (statuses === null || failures === null) return statuses ?? failures;
  return statuses.flatMap((status) => failures.map((failure) => `${status} AND ${failure}`));
}
