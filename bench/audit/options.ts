import { parseArgs } from 'node:util';
import { readNumber, readNumbers } from '../options.ts';

export const HELP = `Measures what the audit trail's seals cost. Every gateway is its own process over a database of its own in one
embedded PostgreSQL (fsync on), with the same fake upstream and the same users.

First mints a second of the same build with sealing on and with sealing off, in turn, and what is not sealed yet when
a round with sealing on ends. Then events are written at a rate while a gateway seals them: how old the oldest that
has no seal is, five times a second.

  npm run bench:audit -- [options]

  --rounds N           rounds of mints, each of both; the ratio is that of the medians. 0: none (default 5)
  --mint-seconds N     measured time of one of them in one round (default 5)
  --warm-up N          seconds that each gateway works before anything is measured (default 5)
  --connections A,B    connections that each send their next request when the last was answered (default 16)
  --persons            also mints by end users' tokens beside mints by an API key: what identifies a person is
                       written beside its events
  --seconds N          how long events are written. 0: not at all (default 20)
  --rate N             events a second (default 5000)
  --help
`;

export type Options = {
  readonly rounds: number;
  readonly mintSeconds: number;
  readonly warmUpSeconds: number;
  readonly connections: readonly number[];
  readonly persons: boolean;
  readonly seconds: number;
  readonly rate: number;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      'mint-seconds': { type: 'string', default: '5' },
      'warm-up': { type: 'string', default: '5' },
      connections: { type: 'string', default: '16' },
      persons: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '20' },
      rate: { type: 'string', default: '5000' },
    },
  });
  return {
    rounds: readNumber(values.rounds, '--rounds', 0),
    mintSeconds: readNumber(values['mint-seconds'], '--mint-seconds', 0.1),
    warmUpSeconds: readNumber(values['warm-up'], '--warm-up', 0.1),
    connections: readNumbers(values.connections, '--connections', 1),
    persons: values.persons,
    seconds: readNumber(values.seconds, '--seconds', 0),
    rate: readNumber(values.rate, '--rate', 100),
  };
}
