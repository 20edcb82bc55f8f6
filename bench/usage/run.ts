import { availableParallelism } from 'node:os';
import type pg from 'pg';
import { createPool } from '../../src/platform/database/pool.ts';
import { progress, runBench } from '../run-bench.ts';
import { CASES, type Subject } from './cases.ts';
import { openDataset } from './dataset.ts';
import { measureAll } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { report } from './report.ts';

const USERS = 10_000;
const RECORDS_PER_SESSION = 3;

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const sessions = Math.ceil(options.records / RECORDS_PER_SESSION);
  const sizes = { users: USERS, sessions, records: options.records };
  const { url } = await openDataset(sizes, { signal, stack }, progress);
  const pool = createPool({ url, size: 1, timeoutMs: 60_000, onError: () => {} });
  stack.defer(() => pool.end());
  const watched = (text: string) => {
    progress(text);
    signal.throwIfAborted();
  };
  const subject = await findSubject(pool);
  progress(await describe(pool, subject));
  const cases = CASES.filter(({ name }) => name.includes(options.only));
  return `\n${report(await measureAll(cases, { ...options, pool, subject, progress: watched }))}`;
}

/** The data is as old as it is: what is measured is its last month and its last year. */
async function findSubject(pool: pg.Pool): Promise<Subject> {
  const { rows } = await pool.query<{ from: Date; to: Date; year: Date; users: string[] }>(
    `SELECT month AT TIME ZONE 'UTC' AS from, (month + interval '1 month') AT TIME ZONE 'UTC' AS to,
       (month - interval '11 months') AT TIME ZONE 'UTC' AS year, users
     FROM (SELECT date_trunc('month', max(bucket) AT TIME ZONE 'UTC' - interval '2 days') AS month FROM usage_sum) AS last,
       (SELECT array_agg(id) AS users FROM (SELECT id FROM end_user ORDER BY random() LIMIT 100) AS drawn) AS drawn`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('There is no usage');
  const to = found.to.getTime();
  return {
    month: { from: found.from.getTime(), to },
    year: { from: found.year.getTime(), to },
    users: found.users,
  };
}

async function describe(pool: pg.Pool, { month: { from, to } }: Subject): Promise<string> {
  const { rows } = await pool.query<Record<'records' | 'sums' | 'all' | 'sessions', string>>(
    `SELECT (SELECT count(*) FROM usage_record) AS records, (SELECT count(*) FROM usage_rollup) AS sums,
       (SELECT count(*) FROM usage_sum) AS all,
       (SELECT count(*) FROM realtime_session WHERE outcome = 'ISSUED' AND settled_at >= $1 AND settled_at < $2) AS sessions`,
    [new Date(from), new Date(to)],
  );
  const [{ records, sums, all, sessions } = { records: '', sums: '', all: '', sessions: '' }] = rows;
  return `${records} records, ${sums} sums by user, ${all} over all users; ${sessions} sessions issued in the month from ${new Date(from).toISOString()}`;
}
