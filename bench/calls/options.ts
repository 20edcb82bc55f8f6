import { parseArgs } from 'node:util';
import { readWhole } from '../options.ts';

export const HELP = `Measures what a call costs that a gateway watches while nobody speaks: one gateway over one embedded PostgreSQL, the
provider's calls in a process of their own, and each call opened as a browser opens it. Memory is what a call needs beyond
the first tenth of the calls: what is in use, and what the process has, both after a garbage collection. Before it the
process has more, because opening calls makes garbage, for which Node keeps room; that is printed, too. CPU is all that the gateway's process uses.
Fails when a call was not watched to the end.

  npm run bench:calls -- [options]

  --calls N      calls at a time, up to 5000 (default 2000)
  --seconds N    how long they are idle (default 30)
  --rate N       how many are opened in a second at most (default 50)
  --help
`;

export type Options = { readonly calls: number; readonly seconds: number; readonly rate: number };

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      calls: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '30' },
      rate: { type: 'string', default: '50' },
    },
  });
  return {
    calls: readWhole(values.calls, '--calls', 10),
    seconds: readWhole(values.seconds, '--seconds', 1),
    rate: readWhole(values.rate, '--rate', 1),
  };
}
