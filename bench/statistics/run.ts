import { availableParallelism } from 'node:os';
import type pg from 'pg';
import { createPool } from '../../src/platform/database/pool.ts';
import type { Interval } from '../../src/usage/split-buckets.ts';
import { endMonth, openDataset } from '../dashboards/dataset.ts';
import { progress, runBench } from '../run-bench.ts';
import { CASES, type Subject } from './cases.ts';
import { measureAll } from './measure.ts';
import { HELP, type Options, readOptions } from './options.ts';

const USERS = 10_000;
const DAY_MS = 86_400_000;

await runBench(HELP, readOptions, bench);

async function bench(options: Options, signal: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  progress(`${process.version}, ${availableParallelism()} cores; starting`);
  const { url, ownerUrl } = await openDataset(
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
  const subject = await findSubject(pool, await endMonth(ownerUrl));
  progress(await describe(pool));
  return `\n${await measureAll(cases, { ...options, pool, subject, progress: watched })}`;
}

async function findSubject(pool: pg.Pool, month: Interval): Promise<Subject> {
  const { rows } = await pool.query<{ id: string }>('SELECT id FROM end_user ORDER BY random() LIMIT 100');
  return { month, day: { from: month.to - DAY_MS, to: month.to }, users: rows.map(({ id }) => id) };
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
