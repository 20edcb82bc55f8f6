import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { locateBinaries } from '../../src/platform/database/embedded/locate-binaries.ts';

/** Settings with which PostgreSQL keeps the times of its statements; empty where it came without that extension. */
export async function timingSettings(): Promise<Record<string, string>> {
  const { postgres } = await locateBinaries();
  const libraries = await readdir(join(dirname(postgres), '../lib/postgresql')).catch(() => []);
  if (!libraries.some((name) => name.startsWith('pg_stat_statements.'))) return {};
  return { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' };
}

/** Milliseconds so far and executions of a statement, by its id. */
export type StatementTimes = ReadonlyMap<string, StatementTime>;
type StatementTime = { readonly calls: number; readonly planning: number; readonly execution: number };

const clients = new Map<string, pg.Client>();

/** @param url of a superuser, in the database that has the extension; connected to once */
export async function readStatementTimes(url: string, database: string): Promise<StatementTimes> {
  const client = clients.get(url) ?? new pg.Client({ connectionString: url });
  if (!clients.has(url)) {
    clients.set(url, client);
    await client.connect();
  }
  const { rows } = await client.query<StatementTime & { id: string }>(
    `SELECT queryid::text AS id, sum(calls)::float AS calls, sum(total_plan_time) AS planning, sum(total_exec_time) AS execution
     FROM pg_stat_statements(false) WHERE toplevel AND dbid = (SELECT oid FROM pg_database WHERE datname = $1)
     GROUP BY queryid`,
    [database],
  );
  return new Map(rows.map(({ id, ...times }) => [id, times]));
}

// More mints than are written with one statement.
const MINTS_A_STATEMENT = 32;

/** Milliseconds a mint of the statements that come with mints, one with each or one with several. */
export function timesAMint(before: StatementTimes, after: StatementTimes, mints: number) {
  let [planning, execution] = [0, 0];
  for (const [id, now] of after) {
    const then = before.get(id) ?? { calls: 0, planning: 0, execution: 0 };
    if (now.calls - then.calls < mints / MINTS_A_STATEMENT) continue;
    planning += now.planning - then.planning;
    execution += now.execution - then.execution;
  }
  return { planningMs: planning / mints, executionMs: execution / mints };
}
