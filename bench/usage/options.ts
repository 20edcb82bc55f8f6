import { parseArgs } from 'node:util';
import { ROUND_OPTIONS, type Rounds, readRounds, readWhole } from '../options.ts';
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

export type Options = Rounds & { readonly records: number };

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: { ...ROUND_OPTIONS, records: { type: 'string', default: '3000000' } },
  });
  return { ...readRounds(values, CASES), records: readWhole(values.records, '--records', 1000) };
}
