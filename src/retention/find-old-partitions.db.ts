import type pg from 'pg';
import { MAX_SKEW_SECONDS, measureClockSkew } from '../platform/database/clock-skew.ts';

/** A month that is older than retention, and how far dropping it has come. */
export type OldPartition = {
  /** Both as SQL identifiers. */
  readonly name: string;
  readonly table: string;
  /** attached: untouched. detaching: a concurrent detach was interrupted. detached: by us, and not dropped yet. */
  readonly state: 'attached' | 'detaching' | 'detached';
  /** Its bounds, as ids and as times; `to` is the first moment after the month. */
  readonly fromId: string;
  readonly toId: string;
  readonly from: string;
  readonly to: string;
};

const UUID = '([0-9a-f-]{36})';
const MARK = 'Retention drops this month of';
/** How the catalog writes the bounds of a month. */
const BOUNDS = `FROM \\('${UUID}'\\) TO \\('${UUID}'\\)`;

/**
 * The comment on a table that retention is dropping. Once it is detached it has no bounds, and this is how the next run
 * recognises it. A table that an operator detached has no such comment and is left alone.
 */
export function markOf({ table, fromId, toId }: OldPartition): string {
  return `${MARK} ${table}: ${fromId} to ${toId}`;
}

// A month is old when it ended at or before the start of the month $2 months ago, by the clock that is behind: of the
// gateway ($5) or of the database. Interrupted ones come first, because a
// table can have only one partition that is being detached.
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
    (date_trunc('month', least(now(), $5::timestamptz) AT TIME ZONE 'UTC') - make_interval(months => $2)) AT TIME ZONE 'UTC')
  ORDER BY array_position('{detaching,detached,attached}'::text[], state), bounds[2], "table"`;

/** SQL for the time in an id: its first 48 bits are milliseconds. Bounds of months are whole seconds. */
function timeOf(id: string): string {
  const seconds = `('x' || translate(left(${id}, 13), '-', ''))::bit(48)::bigint / 1000`;
  return `to_char(to_timestamp(${seconds}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

/** The database's clock is ahead of the gateway's by so many seconds (behind: negative), so nobody knows what is old. */
export type ClocksDiffer = { readonly kind: 'clocks_differ'; readonly databaseAheadSeconds: number };
export type DuePartitions =
  | { readonly kind: 'found'; readonly partitions: readonly OldPartition[] }
  | ClocksDiffer;

/** The months of these tables (partitioned by month of an id) that ended at least `months` months ago. */
export async function findOldPartitions(
  client: pg.ClientBase,
  tables: readonly string[],
  months: number,
): Promise<DuePartitions> {
  const seconds = await measureClockSkew(client);
  if (Math.abs(seconds) > MAX_SKEW_SECONDS)
    return { kind: 'clocks_differ', databaseAheadSeconds: Math.round(seconds) };
  const mark = `^${MARK} (.+): ${UUID} to ${UUID}$`;
  const { rows } = await client.query<OldPartition>(FIND, [tables, months, BOUNDS, mark, new Date()]);
  return { kind: 'found', partitions: rows };
}
