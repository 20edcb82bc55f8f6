import type pg from 'pg';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { createReader } from '../../src/reader.db.ts';
import { median } from '../rounds.ts';
import type { Case, Subject } from './cases.ts';

export type Measured = {
  readonly name: string;
  readonly rows: number;
  /** Medians, in milliseconds: of the report, and of each baseline beside it. */
  readonly report: number;
  readonly longest: number;
  readonly count: number;
  readonly records: number;
};

// Of the same month, whatever is reported: one yardstick for all.
const COUNT = 'SELECT count(*) FROM usage_rollup WHERE bucket >= $1 AND bucket < $2';
const RECORDS = `SELECT sum(cost), sum(total_tokens) FROM usage_record
  WHERE counted AND at >= $1 AND at < $2 AND session_id >= uuidv7_floor($1 - interval '2 days') AND session_id < uuidv7_floor($2)`;

type Setup = {
  readonly pool: pg.Pool;
  readonly subject: Subject;
  readonly rounds: number;
  readonly warmUp: number;
  readonly progress: (text: string) => void;
};

/** Each report with its baselines beside it, round by round, so that who else uses the machine meets all alike. */
export async function measureAll(cases: readonly Case[], setup: Setup): Promise<Measured[]> {
  const { pool, subject, rounds, warmUp, progress } = setup;
  const prisma = createPrisma(pool);
  const month = [new Date(subject.month.from), new Date(subject.month.to)];
  const times = new Map(cases.map((one) => [one, noTimes()]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [{ ask }, of] of times) {
      // Nothing is remembered from one request to the next.
      const reader = createReader({ pool, prisma }, { reach: 'EVERYTHING' });
      const counting = await timed(() => pool.query(COUNT, month));
      const reporting = await timed(async () => {
        of.rows = await ask(reader, subject, round + warmUp);
      });
      const summing = await timed(() => pool.query(RECORDS, month));
      if (round < 0) continue;
      of.count.push(counting);
      of.report.push(reporting);
      of.records.push(summing);
    }
    progress(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
  }
  return [...times].map(([{ name }, { rows, report, count, records }]) => ({
    name,
    rows,
    report: median(report),
    longest: Math.max(...report),
    count: median(count),
    records: median(records),
  }));
}

type Times = { report: number[]; count: number[]; records: number[]; rows: number };
const noTimes = (): Times => ({ report: [], count: [], records: [], rows: 0 });

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
