import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readFolder, readNames, readNumber, readNumbers } from '../options.ts';

const SERVERS = ['upstream', 'bare', 'floor', 'gateway'] as const;
export type ServerName = (typeof SERVERS)[number];

/** The name of the checkout that the gateway is compared with. */
export const BEFORE = 'before';

export const HELP = `Measures a mint: the gateway beside a bare server that does the same two durable writes, beside the same server writing
into plain tables (the floor), and beside calling the upstream directly. Every server is its own process over one embedded
PostgreSQL (fsync on), with a database of its own.

  npm run bench:mint -- [options]

  --seconds N           measured time of one cell in one round (default 4.5)
  --warm-up N           seconds that each server works before anything is measured, for V8 to have compiled
                        what is hot (default 30)
  --rounds N            rounds, interleaved; the table has their medians (default 3)
  --connections A,B,C   connections that each send their next request when the last was answered
                        (default 1,16,64)
  --latencies A,B       the fake upstream's own latency in milliseconds (default 0,50)
  --servers A,B         of upstream, bare, floor, gateway (default all)
  --against FOLDER      another checkout of the gateway with what it depends on installed, e.g. of the commit before:
                        measured in turn with this one, as "before", and the ratio is reported
  --also NAME=FOLDER    another checkout of the gateway, measured beside; may be repeated
  --cpu-prof FOLDER     have the gateways write CPU profiles there (they cost some speed)
  --help
`;

export type Options = {
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly rounds: number;
  readonly connections: readonly number[];
  readonly latencies: readonly number[];
  readonly servers: readonly ServerName[];
  /** Gateways to measure: a name, and the checkout that it runs from. */
  readonly gateways: readonly { readonly name: string; readonly folder: string }[];
  readonly profileFolder: string | undefined;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '4.5' },
      'warm-up': { type: 'string', default: '30' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '1,16,64' },
      latencies: { type: 'string', default: '0,50' },
      servers: { type: 'string', default: SERVERS.join() },
      against: { type: 'string' },
      also: { type: 'string', multiple: true, default: [] },
      'cpu-prof': { type: 'string' },
    },
  });
  const servers = readNames(values.servers, '--servers', SERVERS);
  return {
    seconds: readNumber(values.seconds, '--seconds', 0.1),
    warmUpSeconds: readNumber(values['warm-up'], '--warm-up', 0.1),
    rounds: readNumber(values.rounds, '--rounds', 1),
    connections: readNumbers(values.connections, '--connections', 1),
    latencies: readNumbers(values.latencies, '--latencies', 0),
    servers,
    gateways: [
      ...(servers.includes('gateway')
        ? [{ name: 'gateway', folder: resolve(import.meta.dirname, '../..') }]
        : []),
      ...(values.against === undefined ? [] : [{ name: BEFORE, folder: resolve(values.against) }]),
      ...values.also.map(otherCheckout),
    ],
    profileFolder: readFolder(values['cpu-prof']),
  };
}

function otherCheckout(value: string) {
  const [name = '', folder = ''] = value.split('=', 2);
  if (name === '' || folder === '') throw new TypeError('--also must be NAME=FOLDER');
  return { name, folder: resolve(folder) };
}
