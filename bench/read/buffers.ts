import { mock } from 'node:test';
import pg from 'pg';
import { z } from 'zod';
import type { CursorPosition, Page } from '../../src/platform/database/page.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import type { Database } from '../mint/database.ts';
import { guaranteedListings, type Listing, type Samples } from './listings.ts';

const PAGE_SIZE = 20;
const DEEP_PAGE = 5000;
/** Rows that are read at a time on the way there. */
const STRIDE = 10_000;
/** The first run is planned for its values; from the sixth on, a plan for all values may be chosen. */
const RUNS = [1, 7];

const statement = z.object({ text: z.string(), values: z.array(z.unknown()) });
const explained = z.array(
  z.object({
    Plan: z.object({ 'Shared Hit Blocks': z.number(), 'Shared Read Blocks': z.number() }),
    'Planning Time': z.number(),
    'Execution Time': z.number(),
  }),
);

/** What each listing reads of the tables at its first page and deep inside, as a table. */
export async function measureBuffers(
  { url }: Database,
  stack: AsyncDisposableStack,
  progress: (text: string) => void,
): Promise<string> {
  const pool = createPool({ url, size: 1, timeoutMs: 60_000, onError: () => {} });
  stack.defer(() => pool.end());
  const head = ['page', 'listing', 'pages of 8 kB, run 1', 'run 7', 'planning ms', 'execution ms'];
  const rows = [head];
  for (const listing of guaranteedListings(await samples(pool))) {
    progress(listing.name);
    const deep = await walk(pool, listing);
    for (const [page, boundary] of deep === null ? [start] : [start, [deep.page, deep.at] as const]) {
      const [first, later] = [
        await explain(pool, url, listing, boundary, RUNS[0]),
        await explain(pool, url, listing, boundary, RUNS[1]),
      ];
      const times = [later.planning.toFixed(2), later.execution.toFixed(2)];
      rows.push([String(page), listing.name, String(first.blocks), String(later.blocks), ...times]);
    }
  }
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ');
  return `${rows.map(line).join('\n')}\n`;
}

const start = [1, null] as const;

async function samples(pool: pg.Pool): Promise<Samples> {
  const { rows } = await pool.query<Samples>(
    `SELECT user_id AS "userId", application_id AS "applicationId", upstream_session_id AS "upstreamSessionId"
     FROM realtime_session WHERE upstream_session_id IS NOT NULL ORDER BY id LIMIT 1`,
  );
  if (rows[0] === undefined) throw new Error('There are no sessions');
  return rows[0];
}

/** The place where the deep page begins, or the last page where there are fewer; null when there is no second one. */
async function walk(pool: pg.Pool, listing: Listing): Promise<{ page: number; at: CursorPosition } | null> {
  const goal = (DEEP_PAGE - 1) * PAGE_SIZE;
  let passed = 0;
  let boundary: CursorPosition | null = null;
  while (passed < goal) {
    const limit = Math.min(STRIDE, goal - passed);
    const listed = await listing.read(pool, { limit, after: boundary, direction: 'forward' });
    const whole = Math.floor(Math.min(listed.length, limit) / PAGE_SIZE) * PAGE_SIZE;
    boundary = listed[whole - 1]?.position ?? boundary;
    passed += whole;
    if (whole < limit) break;
  }
  return boundary === null ? null : { page: passed / PAGE_SIZE + 1, at: boundary };
}

/** Has the gateway's own code send its statement, and asks what PostgreSQL does for it in that run. */
async function explain(
  pool: pg.Pool,
  url: string,
  listing: Listing,
  boundary: CursorPosition | null,
  run = 1,
): Promise<{ blocks: number; planning: number; execution: number }> {
  const page: Page = { limit: PAGE_SIZE, after: boundary, direction: 'forward' };
  const query = mock.method(pool, 'query');
  await listing.read(pool, page);
  const { text, values } = statement.parse(query.mock.calls[0]?.arguments[0]);
  query.mock.restore();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const given = values.length === 0 ? '' : `(${values.map(literal).join(', ')})`;
    await client.query(`PREPARE listing AS ${text}`);
    for (let before = 1; before < run; before += 1) await client.query(`EXECUTE listing${given}`);
    const { rows } = await client.query<{ 'QUERY PLAN': unknown }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE listing${given}`,
    );
    const [answer] = explained.parse(rows[0]?.['QUERY PLAN']);
    if (answer === undefined) throw new Error('Nothing was explained');
    const { Plan: plan } = answer;
    return {
      blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
      planning: answer['Planning Time'],
      execution: answer['Execution Time'],
    };
  } finally {
    await client.end();
  }
}

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return `'{${value.join(',')}}'`;
  return pg.escapeLiteral(value instanceof Date ? value.toISOString() : String(value));
}
