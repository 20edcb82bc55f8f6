import type pg from 'pg';

/** A month that is over for retention, and how far dropping it has come. */
export type OldPartition = {
  /** Both as SQL writes them. */
  readonly name: string;
  readonly table: string;
  /** attached: untouched. detaching: a concurrent detach was cut off. detached: by us, and not dropped yet. */
  readonly state: 'attached' | 'detaching' | 'detached';
  /** Its bounds: ids, and the times that they stand for (`to` is the first moment after it). */
  readonly fromId: string;
  readonly toId: string;
  readonly from: string;
  readonly to: string;
};

const UUID = '([0-9a-f-]{36})';
const MARK = 'Retention drops this month of';
/** What the catalog says of a partition's bounds. One without an end on both sides is not a month. */
const BOUNDS = `FROM \\('${UUID}'\\) TO \\('${UUID}'\\)`;

/**
 * The comment that says of a table, once it is detached and has no bounds any more, that it is ours to drop. What an
 * operator detached has none, and is left alone.
 */
export function markOf({ table, fromId, toId }: OldPartition): string {
  return `${MARK} ${table}: ${fromId} to ${toId}`;
}

// Nothing younger than so many months is found: a month is old when it ended before the month began that lies so
// many before this one. What was begun comes first: a table has at most one partition that is being detached.
const FIND = `
  WITH found AS (
    SELECT inhrelid AS oid, inhparent::regclass::text AS "table",
      CASE WHEN inhdetachpending THEN 'detaching' ELSE 'attached' END AS state,
      regexp_match(pg_get_expr(relpartbound, pg_class.oid), $3) AS bounds
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = ANY ($1::text[]::regclass[])
    UNION ALL
    SELECT pg_class.oid, mark[1], 'detached', mark[2:3]
    FROM pg_description JOIN pg_class ON pg_class.oid = objoid, regexp_match(description, $4) AS mark
    WHERE classoid = 'pg_class'::regclass AND objsubid = 0 AND relkind = 'r' AND NOT relispartition
      AND mark[1] = ANY ($1::text[])
  )
  SELECT oid::regclass::text AS name, "table", state, bounds[1] AS "fromId", bounds[2] AS "toId",
    ${timeOf('bounds[1]')} AS "from", ${timeOf('bounds[2]')} AS "to"
  FROM found
  WHERE bounds[2]::uuid <= uuidv7_floor(
    (date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => $2)) AT TIME ZONE 'UTC')
  ORDER BY array_position('{detaching,detached,attached}'::text[], state), bounds[2], "table"`;

/** The first 48 bits of an id are milliseconds; a month begins with a second. */
function timeOf(id: string): string {
  const seconds = `('x' || translate(left(${id}, 13), '-', ''))::bit(48)::bigint / 1000`;
  return `to_char(to_timestamp(${seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

/** Months of the tables (each partitioned by month of an id) that are over for at least so many months. */
export async function findOldPartitions(
  client: pg.ClientBase,
  tables: readonly string[],
  months: number,
): Promise<OldPartition[]> {
  const mark = `^${MARK} (.+): ${UUID} to ${UUID}$`;
  const { rows } = await client.query<OldPartition>(FIND, [tables, months, BOUNDS, mark]);
  return rows;
}
