import { parseArgs } from 'node:util';
import { readWhole } from '../options.ts';

export const HELP = `Measures the console in a Chromium, over a ledger of a million sessions of twelve months and the usage of two: what it
loads at first, how long it takes from signing in by a key to the first page of the sessions, and to each filter, the page of
a user, the overview, and the usage of a month by day. Beside each, in the same round, the same GraphQL queries by fetch in the
same page, without the console.

  npm run bench:console -- [options]

  --rounds N     of which the table has the medians, each in a browser that has nothing cached (default 5)
  --warm-up N    rounds before that are not counted (default 1)
  --sessions N   sessions in the database, which is made once and kept in the data directory (default 1000000)
  --users N      users whose sessions they are (default 10000)
  --help

CONSOLE_BROWSER names the browser, as for npm run test:console.
`;

export type Options = {
  readonly rounds: number;
  readonly warmUp: number;
  readonly sessions: number;
  readonly users: number;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      'warm-up': { type: 'string', default: '1' },
      sessions: { type: 'string', default: '1000000' },
      users: { type: 'string', default: '10000' },
    },
  });
  return {
    rounds: readWhole(values.rounds, '--rounds', 1),
    warmUp: readWhole(values['warm-up'], '--warm-up', 0),
    sessions: readWhole(values.sessions, '--sessions', 1000),
    users: readWhole(values.users, '--users', 1),
  };
}
