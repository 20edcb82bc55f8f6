import { parseArgs } from 'node:util';
import { readWhole } from '../options.ts';

export const HELP = `Measures what a call costs that a gateway watches while nobody speaks: one gateway over one embedded PostgreSQL, the
provider's calls in a process of their own, and each call opened as a browser opens it. Memory is what is in use after a
garbage collection, beyond what the first tenth of the calls needs. CPU is all that the gateway's process uses.
Fails when a call was not watched to the end.

  npm run bench:calls -- [options]

  --calls N      calls at a time, up to 5000 (default 2000)
  --seconds N    how long they are idle (default 30)
  --help
`;

export type Options = { readonly calls: number; readonly seconds: number };

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '30' },
    },
  });
  return {
    calls: readWhole(values.calls, '--calls', 10),
    seconds: readWhole(values.seconds, '--seconds', 1),
  };
}
