import { availableParallelism } from 'node:os';
import type pg from 'pg';
import { createPool } from '../../src/platform/database/pool.ts';
import { progress, runBench } from '../run-bench.ts';
import { CASES, type Subject } from './cases.ts';
import { openDataset } from './fill.ts';
import { measureAll } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';

const USERS = 10_000;

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const { url } = await openDataset(
    { users: USERS, sessions: options.sessions },
    { signal, stack },
    progress,
  );
  const pool = createPool({ url, size: 1, timeoutMs: 60_000, onError: () => {} });
  stack.defer(() => pool.end());
  const watched = (text: string) => {
    progress(text);
    signal.throwIfAborted();
  };
  const cases = CASES.filter(({ name }) => name.includes(options.only));
  const subject = await findSubject(pool);
  progress(await describe(pool));
  return `\n${await measureAll(cases, { ...options, pool, subject, progress: watched })}`;
}

/** The data is as old as it is: what is measured is its month, which ends where it does. */
async function findSubject(pool: pg.Pool): Promise<Subject> {
  const { rows } = await pool.query<{ from: Date; to: Date; day: Date; users: string[] }>(
    `SELECT month AT TIME ZONE 'UTC' AS from, (month + interval '1 month') AT TIME ZONE 'UTC' AS to,
       (month + interval '1 month - 1 day') AT TIME ZONE 'UTC' AS day, users
     FROM (SELECT date_trunc('month', max(created_at) AT TIME ZONE 'UTC') AS month FROM realtime_session) AS last,
       (SELECT array_agg(id) AS users FROM (SELECT id FROM end_user ORDER BY random() LIMIT 100) AS drawn) AS drawn`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('There are no sessions');
  const to = found.to.getTime();
  return {
    month: { from: found.from.getTime(), to },
    day: { from: found.day.getTime(), to },
    users: found.users,
  };
}

async function describe(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<
    Record<'sessions' | 'sums' | 'byUser' | 'size' | 'userSize' | 'to', string>
  >(
    `SELECT (SELECT count(*) FROM realtime_session) AS sessions, (SELECT count(*) FROM session_sum) AS sums,
       (SELECT count(*) FROM session_rollup) AS "byUser", pg_size_pretty(pg_total_relation_size('session_sum')) AS size,
       pg_size_pretty(pg_total_relation_size('session_rollup')) AS "userSize",
       (SELECT summed_to FROM session_sum_progress)::text AS to`,
  );
  const [{ sessions, sums, byUser, size, userSize, to } = {}] = rows;
  return `${sessions} sessions; ${sums} sums (${size}) up to ${to}, ${byUser} by user (${userSize})`;
}
