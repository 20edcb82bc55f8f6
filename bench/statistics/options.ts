import { parseArgs } from 'node:util';
import { readWhole } from '../options.ts';
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

export type Options = {
  readonly rounds: number;
  readonly warmUp: number;
  readonly only: string;
  readonly sessions: number;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '9' },
      'warm-up': { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      sessions: { type: 'string', default: '1000000' },
    },
  });
  if (!CASES.some(({ name }) => name.includes(values.only)))
    throw new TypeError(`--only is in the name of none of: ${CASES.map(({ name }) => name).join('; ')}`);
  return {
    rounds: readWhole(values.rounds, '--rounds', 1),
    warmUp: readWhole(values['warm-up'], '--warm-up', 0),
    only: values.only,
    sessions: readWhole(values.sessions, '--sessions', 1000),
  };
}
