import { fromUnits, toUnits } from '../../src/platform/validation/decimal.ts';
import { onClocks } from '../support/clocks.ts';
import type { TestDatabase } from '../support/database.ts';
import { idOf } from '../support/ids.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { Totals, UsageRow } from '../support/usage.ts';

/** A response as the tests know it: what reports are held against. */
export type Used = {
  /** Microseconds since 1970. */
  readonly at: number;
  readonly user: string;
  readonly application: string;
  readonly model: string;
  readonly tokens: number;
  readonly cost: string | null;
};

// Around the nights on which clocks are changed in Amsterdam and in St. John's, in spring and in autumn.
const NIGHTS = ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01'].map((day) => Date.parse(day));
const DAY_MS = 86_400_000;

const random = seededRandom(7);
/** One of the values, at random. */
export function pick<T>(values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('There is nothing to pick from');
  return value;
}

/** As many random responses around each night. */
export function usedAroundNights(count: number): Used[] {
  return NIGHTS.flatMap((night) => Array.from({ length: count }, () => made(night)));
}

function made(night: number): Used {
  const model = pick(['a', 'B', 'unpriced']);
  const quarter = Math.floor((night + (random() * 3 - 1) * DAY_MS) / 900_000) * 900_000;
  // Often next to where a bucket begins: there it is decided what is in.
  const offset = pick([0, 1, 899_999_999, Math.floor(random() * 900_000_000)]);
  return {
    at: quarter * 1000 + offset,
    user: pick(['ann', 'ben', 'cat']),
    application: pick(['shop', 'desk']),
    model,
    tokens: Math.floor(random() * 1000),
    cost: model === 'unpriced' ? null : fromUnits(BigInt(Math.floor(random() * 1e12))),
  };
}

/** Writes what was used, by users and applications of which the latter are there already; the users' ids by their names. */
export async function fill(
  database: Pick<TestDatabase, 'query'>,
  rows: readonly Used[],
): Promise<Map<string, string>> {
  await database.query(`SELECT create_partitions('2026-01-01', '2026-12-31')`);
  const users = await database.query<{ id: string; name: string }>(
    `INSERT INTO end_user (external_id) VALUES ('ann'), ('ben'), ('cat') RETURNING id, external_id AS name`,
  );
  await database.query(
    `INSERT INTO application_user SELECT a.id, u.id, now() FROM application AS a, end_user AS u WHERE a.name IN ('shop', 'desk')`,
  );
  await database.query(
    `INSERT INTO usage_record
     SELECT uuidv7_at(at), 'APPLICATION', 'resp_' || n, u.id, a.id, model, 'sandbox', at, now(), true,
       tokens, 0, 0, 0, 0, 0, 0, 0, tokens, 0, cost, CASE WHEN cost IS NOT NULL THEN '{}'::jsonb END, '{}'
     FROM (
       SELECT n, timestamptz 'epoch' + (r->>'at')::bigint * interval '1 microsecond' AS at, r->>'user' AS person,
         r->>'application' AS app, r->>'model' AS model, (r->>'tokens')::bigint AS tokens, (r->>'cost')::numeric AS cost
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS given (r, n)
     ) AS given JOIN end_user AS u ON u.external_id = person JOIN application AS a ON a.name = app`,
    [JSON.stringify(rows)],
  );
  await database.query('SELECT count_usage(r, 1) FROM usage_record AS r');
  return new Map(users.map(({ id, name }) => [name, idOf('User', id)]));
}

type Sum = { responses: number; tokens: number; known: string };

export function sumOf(rows: readonly Used[]): Sum {
  return {
    responses: rows.length,
    tokens: rows.reduce((sum, { tokens }) => sum + tokens, 0),
    known: fromUnits(rows.reduce((sum, { cost }) => sum + (toUnits(cost ?? '0') ?? 0n), 0n)),
  };
}

export const asSum = ({ responses, totalTokens, costKnownUsd }: Totals): Sum => ({
  responses,
  tokens: totalTokens,
  known: costKnownUsd,
});

const KEYS: Readonly<Record<string, (one: Used) => string>> = {
  USER: ({ user }) => user,
  APPLICATION: ({ application }) => application,
  MODEL: ({ model }) => model,
};

/** Rows of a report by what they are of, as a person would add them up. */
export function expected(
  rows: readonly Used[],
  timeZone: string,
  groupBy: readonly string[],
): Record<string, Sum> {
  const keyOf = (row: Used) =>
    groupBy.map((by) => KEYS[by]?.(row) ?? onClocks(Math.floor(row.at / 1000), timeZone, by)).join(' | ');
  return Object.fromEntries([...Map.groupBy(rows, keyOf)].map(([key, of]) => [key, sumOf(of)]));
}

/** The same of the rows of an answer. */
export function observed(
  nodes: readonly UsageRow[],
  timeZone: string,
  groupBy: readonly string[],
): Record<string, Sum> {
  const keyOf = ({ user, application, model, start }: UsageRow) =>
    groupBy
      .map((by) => {
        if (by === 'USER') return user?.externalId;
        if (by === 'APPLICATION') return application?.name;
        return by === 'MODEL' ? model : onClocks(Date.parse(start ?? ''), timeZone, by);
      })
      .join(' | ');
  return Object.fromEntries(nodes.map((node) => [keyOf(node), asSum(node.totals)]));
}

/** How rows are compared; those that are equal stay as they are by START. */
export function largestFirst(orderBy: string) {
  return ({ totals: one }: UsageRow, { totals: other }: UsageRow): number => {
    if (orderBy === 'TOKENS_DESC') return other.totalTokens - one.totalTokens;
    const unknown = Number(one.costUsd === null) - Number(other.costUsd === null);
    return unknown || Number((toUnits(other.costKnownUsd) ?? 0n) - (toUnits(one.costKnownUsd) ?? 0n));
  };
}
