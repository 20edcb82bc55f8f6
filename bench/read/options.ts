import { parseArgs } from 'node:util';
import { readFolder, readNames, readNumber, readNumbers } from '../options.ts';
import { QUERIES, type QueryName } from './queries.ts';
import { TARGETS, type TargetName } from './targets.ts';

export const HELP = `Measures three reads of a ledger of a million sessions: the gateway beside a bare server that answers the same bytes out
of one prepared statement, and beside the same schema built on other libraries. Each is its own process over one
embedded PostgreSQL with a pool of ten; the gateway with key, limits, log and metrics, the others without.

  1  the 20 newest sessions of a user, drawn anew for each request: twelve fields, the user, pageInfo
  2  the 50 newest sessions of a status, of all users: the same fields
  3  the 20 users with the newest sessions: activeSessionCount and nextExpiryAt of each

  npm run bench:read -- [options]

  --seconds N           measured time of one cell in one round (default 2)
  --warm-up N           seconds that each target works on each query before anything is measured (default 20): V8 goes
                        on compiling for some ten thousand requests
  --rounds N            rounds, interleaved; the table has their medians (default 7)
  --connections A,B,C   connections that each send their next request when the last was answered (default 16,64)
  --queries A,B         (default 1,2,3)
  --targets A,B         of ${TARGETS.join(', ')} (default all)
  --sessions N          sessions in the database, which is made once and kept in the data directory
                        (default 1000000)
  --cpu-prof FOLDER     have the gateway write a CPU profile there (it costs some speed)
  --buffers             instead: pages of PostgreSQL that each guaranteed listing reads, at page 1 and page 5,000
  --help
`;

export type Options = {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly rounds: number;
  readonly connections: readonly number[];
  readonly queries: readonly QueryName[];
  readonly targets: readonly TargetName[];
  readonly sessions: number;
  readonly profileFolder: string | undefined;
  readonly buffers: boolean;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '2' },
      'warm-up': { type: 'string', default: '20' },
      rounds: { type: 'string', default: '7' },
      connections: { type: 'string', default: '16,64' },
      queries: { type: 'string', default: QUERIES.join() },
      targets: { type: 'string', default: TARGETS.join() },
      sessions: { type: 'string', default: '1000000' },
      'cpu-prof': { type: 'string' },
      buffers: { type: 'boolean', default: false },
    },
  });
  return {
    seconds: readNumber(values.seconds, '--seconds', 0.1),
    warmUpSeconds: readNumber(values['warm-up'], '--warm-up', 0.1),
    rounds: readNumber(values.rounds, '--rounds', 1),
    connections: readNumbers(values.connections, '--connections', 1),
    queries: readNames(values.queries, '--queries', QUERIES),
    targets: readNames(values.targets, '--targets', TARGETS),
    sessions: readNumber(values.sessions, '--sessions', 1000),
    profileFolder: readFolder(values['cpu-prof']),
    buffers: values.buffers,
  };
}
