import { parseArgs } from 'node:util';
import { readFolder, readNumber } from '../options.ts';
import { ATTACKS, type Attack } from './attacks.ts';

export const HELP = `Measures what attackers cost an honest caller: one gateway with its default limits (but for requests per minute and the
quotas of users, which would end the attacks early) over one embedded PostgreSQL, a fake provider, an honest
application, and attackers in a process of their own. Each attack comes from applications of its own.

  npm run bench:attack -- [options]

  --attacks A,B       of ${ATTACKS.join(', ')} (default all):
                        redaction  60 KB of instructions with 1,000 MCP headers of one value in them
                        variables  80,000 empty labels
                        locks      mints for a user whose row somebody has locked
                        flood      mints as fast as they come
                        listings   sessions by a label that none has, among all sessions
                        answers    instructions that the provider's answer repeats in 270 KB
                        streams    subscriptions, as many as are granted
  --each              measure each attack alone first
  --attackers N       connections of all attacks together (default 60)
  --callers N         applications of each attack (default 1)
  --honest N          connections of the honest caller, which it keeps open (default 4)
  --seconds N         measured time, quiet and under attack each (default 15)
  --latency N         how long the provider takes, in milliseconds (default 100)
  --sessions N        sessions in the database, which is made once and kept in the data directory (default 400000)
  --cpu-prof FOLDER   have the gateway write a CPU profile there
  --help
`;

export type Options = {
  readonly attacks: readonly Attack[];
  readonly each: boolean;
  readonly attackers: number;
  readonly callers: number;
  readonly honest: number;
  readonly seconds: number;
  readonly latencyMs: number;
  readonly sessions: number;
  readonly profileFolder: string | undefined;
};

/** Reads the command line. @throws TypeError when it cannot be used */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      attacks: { type: 'string', default: ATTACKS.join() },
      each: { type: 'boolean', default: false },
      attackers: { type: 'string', default: '60' },
      callers: { type: 'string', default: '1' },
      honest: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '15' },
      latency: { type: 'string', default: '100' },
      sessions: { type: 'string', default: '400000' },
      'cpu-prof': { type: 'string' },
    },
  });
  return {
    attacks: values.attacks.split(',').map(readAttack),
    each: values.each,
    attackers: readNumber(values.attackers, '--attackers', 1),
    callers: readNumber(values.callers, '--callers', 1),
    honest: readNumber(values.honest, '--honest', 1),
    seconds: readNumber(values.seconds, '--seconds', 1),
    latencyMs: readNumber(values.latency, '--latency', 0),
    sessions: readNumber(values.sessions, '--sessions', 1),
    profileFolder: readFolder(values['cpu-prof']),
  };
}

function readAttack(name: string): Attack {
  const attack = ATTACKS.find((known) => known === name);
  if (attack === undefined) throw new TypeError(`--attacks must be of ${ATTACKS.join(', ')}, not "${name}"`);
  return attack;
}
