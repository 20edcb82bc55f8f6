import { parseArgs } from 'node:util';
import { ROUND_OPTIONS, type Rounds, readRounds, readWhole } from '../options.ts';
import { CASES } from './cases.ts';

export const HELP = `Measures sessionStatistics by the functions that answer for it, over one embedded PostgreSQL: a month of sessions and of
denied requests, by 10,000 users, as it is when the month ends: its last hour and a quarter is not in the sums yet. Beside
each, in the same round, counting the same rows of the ledger one by one.

  npm run bench:statistics -- [options]

  --rounds N     of which the table has the medians (default 9)
  --warm-up N    rounds before that are not counted (default 2)
  --only TEXT    only cases with that in their name, e.g. "by day"
  --sessions N   sessions in the database, which is made once and kept in the data directory (default 1000000)
  --help

Cases: ${CASES.map(({ name }) => name).join('; ')}.
`;

export type Options = Rounds & { readonly sessions: number };

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { ...ROUND_OPTIONS, sessions: { type: 'string', default: '1000000' } },
  });
  return { ...readRounds(values, CASES), sessions: readWhole(values.sessions, '--sessions', 1000) };
}
