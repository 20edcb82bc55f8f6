import { parseArgs } from 'node:util';
import { readWhole } from '../options.ts';

export const HELP = `Measures what subscriptions cost and how late they are: one gateway over one embedded PostgreSQL, changes written
to the ledger as another gateway would write them, subscribers in a process of their own. Nine tenths watch one user
each; of the rest, half have a key that sees its own application, and half one that sees everything. Fails when a
subscriber did not get exactly what it may see.

  npm run bench:subscriptions -- [options]

  --subscribers N   open streams (default 1000)
  --changes N       changes a second (default 100)
  --seconds N       how long (default 20)
  --help
`;

export type Options = { readonly subscribers: number; readonly changes: number; readonly seconds: number };

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      subscribers: { type: 'string', default: '1000' },
      changes: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '20' },
    },
  });
  return {
    subscribers: readWhole(values.subscribers, '--subscribers', 1),
    changes: readWhole(values.changes, '--changes', 1),
    seconds: readWhole(values.seconds, '--seconds', 1),
  };
}
