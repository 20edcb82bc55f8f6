import type pg from 'pg';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { createReader } from '../../src/reader.db.ts';
import { median } from '../rounds.ts';
import type { Case, Subject } from './cases.ts';

type Setup = {
  readonly pool: pg.Pool;
  readonly subject: Subject;
  readonly rounds: number;
  readonly warmUp: number;
  readonly progress: (text: string) => void;
};
type Times = { readonly asked: number[]; readonly counted: number[]; rows: number };

const counting = (group: string) => `
  SELECT ${group} AS grouped, count(*) AS requested, count(*) FILTER (WHERE outcome = 'ISSUED') AS issued,
    count(*) FILTER (WHERE outcome = 'FAILED') AS failed, count(*) FILTER (WHERE outcome = 'UNCONFIRMED') AS unconfirmed,
    count(*) FILTER (WHERE outcome = 'ISSUED' AND revoked_at IS NOT NULL) AS revoked
  FROM realtime_session
  WHERE created_at >= $1 AND created_at < $2 AND id >= uuidv7_floor($1) AND id < uuidv7_floor($2) GROUP BY 1`;

/** Each case with its baseline beside it, round by round, so that who else uses the machine meets both alike. */
export async function measureAll(cases: readonly Case[], setup: Setup): Promise<string> {
  const { pool, subject, rounds, warmUp, progress } = setup;
  const prisma = createPrisma(pool);
  const times = new Map<Case, Times>(cases.map((one) => [one, { asked: [], counted: [], rows: 0 }]));
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [{ ask, baseline, period }, of] of times) {
      // Nothing is remembered from one request to the next.
      const reader = createReader({ pool, prisma }, { reach: 'EVERYTHING' });
      const { from, to } = subject[period];
      const asked = await timed(() => ask(reader, subject, round + warmUp));
      const counted = await timed(() => pool.query(counting(baseline), [new Date(from), new Date(to)]));
      if (round < 0) continue;
      of.rows = asked.answer.rows;
      of.asked.push(asked.milliseconds);
      of.counted.push(counted.milliseconds);
    }
    progress(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
  }
  return table([...times].map(([{ name }, of]) => ({ name, ...of })));
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly milliseconds: number; readonly answer: T }> {
  const startedAt = performance.now();
  const answer = await work();
  return { milliseconds: performance.now() - startedAt, answer };
}

const HEAD = ['case', 'rows', 'median ms', 'longest ms', 'counting ms', 'of counting'];

function table(measured: readonly ({ readonly name: string } & Times)[]): string {
  const lines = measured.map(({ name, rows, asked, counted }) => [
    name,
    String(rows),
    median(asked).toFixed(1),
    Math.max(...asked).toFixed(1),
    median(counted).toFixed(1),
    (median(asked) / median(counted)).toFixed(3),
  ]);
  const widths = HEAD.map((_, column) =>
    Math.max(...[HEAD, ...lines].map((cells) => cells[column]?.length ?? 0)),
  );
  const padded = [HEAD, ...lines].map(([name = '', ...cells]) =>
    [name.padEnd(widths[0] ?? 0), ...cells.map((cell, at) => cell.padStart(widths[at + 1] ?? 0))].join('  '),
  );
  return [
    ...padded,
    '',
    'counting: the same groups, out of the rows of the ledger, whose median is of the same rounds.',
    '',
  ].join('\n');
}
