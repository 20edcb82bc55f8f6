import { setTimeout as delay } from 'node:timers/promises';
import type { FakeUpstream } from '../support/fake-upstream.ts';
import type { FaultyDatabase } from './faulty-database.ts';
import { count, type Journal } from './journal.ts';
import { createRandom } from './random.ts';
import type { Replica } from './replica.ts';
import { DEADLINE_MS, providerKey } from './settings.ts';
import type { Weather } from './weather.ts';

// Without a call for so long, the ledger is away.
const LONGEST_LULL_MS = 5000;

export type Targets = {
  readonly seed: number;
  readonly replicas: readonly Replica[];
  readonly database: FaultyDatabase;
  readonly upstream: FakeUpstream;
  readonly weather: Weather;
  readonly journal: Journal;
  /** How often each fault was made. */
  readonly faults: Map<string, number>;
};

type Fault = readonly [weight: number, fault: readonly [name: string, make: () => Promise<unknown>]];

/**
 * Two hands that break things, one replicas and one the database and the provider, so that their faults overlap.
 * Each mends what it broke: when this resolves, after `stopped` answers true, everything runs.
 */
export async function makeFaults(targets: Targets, stopped: () => boolean): Promise<void> {
  const hand = async (name: string, pauseMs: number, faults: readonly Fault[]) => {
    const random = createRandom(targets.seed, name);
    for (;;) {
      await delay(random.int(pauseMs / 3, pauseMs));
      if (stopped()) return;
      const [fault, make] = random.weighted(faults);
      count(targets.faults, fault);
      await make();
    }
  };
  await Promise.all([
    hand('replica faults', 1500, replicaFaults(targets)),
    hand('ledger faults', 900, ledgerFaults(targets)),
  ]);
}

function replicaFaults({ seed, replicas, upstream }: Targets): readonly Fault[] {
  const random = createRandom(seed, 'replicas');
  const any = () => random.pick(replicas);
  const killed = async (replica: Replica) => {
    await replica.kill();
    await replica.start();
  };
  const paused = async (milliseconds: number) => {
    const replica = any();
    replica.signal('SIGSTOP');
    await delay(milliseconds);
    replica.signal('SIGCONT');
  };
  /** Whoever calls next dies between its reservation and its settling. */
  const killedWhileMinting = async () => {
    const call = await Promise.race([upstream.nextCall(), delay(LONGEST_LULL_MS, null)]);
    const caller = replicas.find(({ name }) => call?.headers.authorization === `Bearer ${providerKey(name)}`);
    if (caller !== undefined) await killed(caller);
  };
  return [
    [2, ['kill -9', () => killed(any())]],
    [3, ['kill -9 while minting', () => killedWhileMinting()]],
    [2, ['stand still briefly', () => paused(random.int(50, 900))]],
    // Its mints are due to be settled when it wakes up, and may not be any more.
    [2, ['stand still past deadlines', () => paused(random.int(DEADLINE_MS - 1000, DEADLINE_MS + 500))]],
    [
      1,
      [
        'restart in an orderly way',
        async () => {
          const replica = any();
          await replica.stop();
          await replica.start();
        },
      ],
    ],
  ];
}

function ledgerFaults({ seed, database, weather, journal }: Targets): readonly Fault[] {
  const random = createRandom(seed, 'ledger');
  const broken = async (statement: string) => {
    const at = random.pick(['statement', 'answer', 'halfAnswer'] as const);
    // It happens with the next of them; nobody waits for that.
    for (let left = random.int(1, 4); left > 0; left -= 1) void database.proxy.breakNext({ statement, at });
  };
  const clockForward = async (by: string) => {
    const wrongClock = { from: Date.now(), until: Number.POSITIVE_INFINITY };
    journal.wrongClocks.push(wrongClock);
    await database.setClockForward(by, random.int(200, 3000));
    wrongClock.until = Date.now();
  };
  return [
    [6, ['break at settling', () => broken('settle-session')]],
    [3, ['break at reserving', () => broken('reserve-session')]],
    [1, ['break at looking again', () => broken('find-sessions')]],
    [2, ['cut all connections', async () => database.proxy.cut()]],
    [2, ['terminate backends', () => database.terminateBackends()]],
    [2, ['PostgreSQL stands still', () => database.pause(random.int(100, 1200))]],
    [1, ['PostgreSQL crashes', () => database.crash()]],
    [1, ['the database is read-only', () => database.makeReadOnly(random.int(200, 2000))]],
    // Far enough that every deadline has passed; and so far that there is no place for what happens then.
    [1, ["the database's clock is two hours ahead", () => clockForward('2 hours')]],
    [1, ["the database's clock is two years ahead", () => clockForward('2 years')]],
    ...(database.canFillDisk
      ? [[1, ['the disk is full', () => database.fillDisk(random.int(200, 2000))]] as const]
      : []),
    [
      1,
      [
        'the provider is down',
        async () => {
          weather.storm(true);
          await delay(random.int(1000, 3000));
          weather.storm(false);
        },
      ],
    ],
  ];
}
