import {
  type Amounts,
  issuedSessions,
  RESPONSES,
  sessionPart,
  type UsageQuery,
  usageParts,
} from './usage-parts.db.ts';
import { dimensionColumns, isTime, sortKeys, type UsageOrder, type UsagePosition } from './usage-query.ts';
import { countedSessions, sumQuery } from './usage-sums.db.ts';

// A report by DAY, over a time that begins in the middle of a bucket, is in short this statement:
//
//   SELECT * FROM (
//     SELECT start, sum(responses) AS responses, …, array_agg(of_model) FILTER (WHERE unpriced > 0) AS unpriced_models
//     FROM (SELECT start, of_model, sum(responses) AS responses, …
//       FROM (
//         SELECT date_trunc('day', r.bucket, $1) AS start, r.model AS of_model, r.responses, … FROM usage_sum AS r WHERE …
//         UNION ALL SELECT … FROM usage_part AS r WHERE …             (rollups that are not yet added to usage_sum)
//         UNION ALL SELECT … FROM usage_record AS r WHERE …           (the partial bucket)
//         UNION ALL SELECT … FROM realtime_session AS s … GROUP BY …  (how many sessions were issued)
//       ) AS parts GROUP BY start, of_model) AS by_model
//     GROUP BY start HAVING sum(responses) > 0 OR sum(sessions) > 0
//   ) AS rows WHERE (start) > ($n) ORDER BY start LIMIT $m
//
// test/usage/usage-statements.test.ts has two whole ones.

/** The statement of one page of a report: at most `limit` rows beyond `after`. */
export function reportStatement(
  query: UsageQuery,
  order: UsageOrder,
  after: UsagePosition | null,
  limit: number,
): string {
  const page = { ...pageSqlOf(query, order, after), limit: query.params.bind(limit) };
  if (!query.by.includes('USER')) return sumThenPage(query, page);
  return order === 'START' ? pageThenSum(query, page) : rankThenSum(query, order, page);
}

/** The page as SQL: the condition of being beyond its cursor, ORDER BY, and the placeholder of its LIMIT. */
type PageSql = { readonly beyond: string; readonly order: string; readonly limit: string };

function pageSqlOf(
  { by, params }: UsageQuery,
  orderBy: UsageOrder,
  after: UsagePosition | null,
): Omit<PageSql, 'limit'> {
  const keys = sortKeys[orderBy];
  const types = { time: 'timestamptz', id: 'uuid', text: 'text COLLATE "C"' };
  const columns = by.map((dimension) => dimensionColumns[dimension]);
  const sorted = [
    ...keys.map(({ sql }) => sql),
    ...columns.map(({ column, kind }) => (kind === 'text' ? `${column} COLLATE "C"` : column)),
  ];
  const order = sorted.length === 0 ? '' : `ORDER BY ${sorted.join(', ')}`;
  if (after === null) return { beyond: 'true', order };
  const sqlTypes = [...keys.map(({ type }) => type), ...columns.map(({ kind }) => types[kind])];
  const values = sqlTypes.map((type, n) => `${params.bind(after[n])}::${type}`);
  return { beyond: `(${sorted.join(', ')}) > (${values.join(', ')})`, order };
}

/** There are few groups: sum all of them, then take the page. */
function sumThenPage(query: UsageQuery, { beyond, order, limit }: PageSql): string {
  const sums = sumQuery([...usageParts(query), sessionPart(query)], columnsOf(query));
  return `SELECT * FROM (${sums}) AS rows WHERE ${beyond} ${order} LIMIT ${limit}`;
}

/**
 * Grouped by user: find the page by counting first, then sum only the usage of its users. A sum over all users has to be
 * sorted, and would not fit in work_mem.
 */
function pageThenSum(query: UsageQuery, { beyond, order, limit }: PageSql): string {
  const columns = columnsOf(query);
  const list = columns.join(', ');
  const counted = (part: string, amounts: string) =>
    `SELECT ${list}, ${amounts} FROM (${part}) AS part GROUP BY ${list}`;
  const parts = [
    ...usageParts(query, RESPONSES).map((part) =>
      counted(part, 'sum(responses) AS responses, 0::bigint AS sessions'),
    ),
    counted(issuedSessions(query), '0::numeric AS responses, count(*) AS sessions'),
  ];
  // The sums may have groups of these users that come after the page; the last LIMIT cuts them off. The page is not
  // joined, because a plan cannot foresee how many rows it has.
  const sums = sumQuery(
    [
      ...usageParts({ ...query, extraCondition: onPage(query) }),
      `SELECT ${list}, ${countedSessions} FROM page`,
    ],
    columns,
  );
  return `WITH page AS MATERIALIZED (
      SELECT ${list}, sum(sessions) AS sessions FROM (${parts.join(' UNION ALL ')}) AS parts
      WHERE ${beyond} GROUP BY ${list} HAVING sum(responses) > 0 OR sum(sessions) > 0 ${order} LIMIT ${limit}
    )
    SELECT * FROM (${sums}) AS rows WHERE ${beyond} ${order} LIMIT ${limit}`;
}

/** What ranking needs: whether there was anything, and what it is ranked by. */
const RANKED: Readonly<
  Record<Exclude<UsageOrder, 'START'>, Amounts & { readonly columns: readonly string[] }>
> = {
  COST_DESC: {
    columns: ['responses', 'known_cost', 'unpriced'],
    ofRollups: 'r.responses, r.known_cost, r.unpriced',
    ofRecords: (sign) =>
      `${sign}1 AS responses, ${sign}coalesce(r.cost, 0) AS known_cost, CASE WHEN r.cost IS NULL THEN ${sign}1 ELSE 0 END AS unpriced`,
  },
  TOKENS_DESC: {
    columns: ['responses', 'total_tokens'],
    ofRollups: 'r.responses, r.total_tokens',
    ofRecords: (sign) => `${sign}1 AS responses, ${sign}r.total_tokens AS total_tokens`,
  },
};

/**
 * Grouped by user, the largest first: find the page by summing only what it is ranked by, then sum the usage of its users.
 * Their other groups come before the cursor or after the page, so that the same condition and LIMIT leave them out.
 */
function rankThenSum(
  query: UsageQuery,
  by: Exclude<UsageOrder, 'START'>,
  { beyond, order, limit }: PageSql,
): string {
  const list = columnsOf(query).join(', ');
  const { columns: amounts, ...ranked } = RANKED[by];
  const summed = amounts.map((column) => `sum(${column}) AS ${column}`).join(', ');
  const nothing = amounts.map((column) => `0 AS ${column}`).join(', ');
  const parts = [
    ...usageParts(query, ranked).map(
      (part) => `SELECT ${list}, ${summed}, 0::bigint AS sessions FROM (${part}) AS part GROUP BY ${list}`,
    ),
    `SELECT ${list}, ${nothing}, count(*) AS sessions FROM (${issuedSessions(query)}) AS part GROUP BY ${list}`,
  ];
  const users = 'r.user_id = ANY(ARRAY(SELECT DISTINCT user_id FROM page))';
  const sums = sumQuery(
    [
      ...usageParts({ ...query, extraCondition: () => users }),
      `SELECT ${list}, ${countedSessions} FROM page`,
    ],
    columnsOf(query),
  );
  return `WITH page AS MATERIALIZED (
      SELECT ${list}, sessions FROM (
        SELECT ${list}, ${summed}, sum(sessions) AS sessions FROM (${parts.join(' UNION ALL ')}) AS parts
        GROUP BY ${list} HAVING sum(responses) > 0 OR sum(sessions) > 0
      ) AS ranked WHERE ${beyond} ${order} LIMIT ${limit}
    )
    SELECT * FROM (${sums}) AS rows WHERE ${beyond} ${order} LIMIT ${limit}`;
}

/** Restricts the sums to the users of the page, and to times up to the end of its last hour, day or month. */
function onPage({ by: [first] }: UsageQuery): (time: string) => string {
  const users = 'r.user_id = ANY(ARRAY(SELECT DISTINCT user_id FROM page))';
  if (first === undefined || !isTime(first)) return () => users;
  const longest = first === 'MONTH' ? '32 days' : '2 days';
  return (time) => `${users} AND r.${time} < (SELECT max(start) + interval '${longest}' FROM page)`;
}

function columnsOf({ by }: UsageQuery): readonly string[] {
  return by.map((dimension) => dimensionColumns[dimension].column);
}
