import { parseArgs } from 'node:util';
import { readWhole } from '../options.ts';
import { CASES } from './cases.ts';

export const HELP = `Measures reports of usage by the functions that answer for them, over one embedded PostgreSQL: a year of records, by
10,000 users, with a session issued for every three. Beside each, in the same round, a baseline over the same month:

  count    SELECT count(*) of the sums by user: what going through them once costs
  records  SELECT sum(cost), sum(total_tokens) of the records: what a report without sums would at least cost

  npm run bench:usage -- [options]

  --rounds N     of which the table has the medians (default 9)
  --warm-up N    rounds before that are not counted (default 2)
  --only TEXT    only reports with that in their name, e.g. "by user"
  --records N    records in the database, which is made once and kept in the data directory (default 3000000)
  --help

Reports: ${CASES.map(({ name }) => name).join('; ')}.
`;

export type Options = {
  readonly rounds: number;
  readonly warmUp: number;
  readonly only: string;
  readonly records: number;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '9' },
      'warm-up': { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      records: { type: 'string', default: '3000000' },
    },
  });
  if (!CASES.some(({ name }) => name.includes(values.only)))
    throw new TypeError(`--only is in the name of none of: ${CASES.map(({ name }) => name).join('; ')}`);
  return {
    rounds: readWhole(values.rounds, '--rounds', 1),
    warmUp: readWhole(values['warm-up'], '--warm-up', 0),
    only: values.only,
    records: readWhole(values.records, '--records', 1000),
  };
}
