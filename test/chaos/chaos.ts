import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeId } from '../../src/graphql/ids.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import { check } from './check.ts';
import { runClients } from './clients.ts';
import { makeFaults } from './faults.ts';
import { type FaultyDatabase, startFaultyDatabase } from './faulty-database.ts';
import { createJournal, type Journal } from './journal.ts';
import { type LedgerRecord, readLedger, unsettled } from './ledger-record.ts';
import { checkPartitions, createOldMonths, readPartitions } from './partitions.ts';
import { createRandom } from './random.ts';
import { createReplica, type Replica } from './replica.ts';
import { DEADLINE_MS, providerKey, replicaEnv, UPSTREAM_TIMEOUT_MS } from './settings.ts';
import { createWeather } from './weather.ts';

const REPLICAS = ['r0', 'r1', 'r2'];
// Everything has passed its deadline by then, and the job that writes it down has had many turns.
const SETTLED_WITHIN_MS = DEADLINE_MS + 20_000;

export type ChaosReport = {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly upstreamCalls: number;
  /** Secrets that the provider made, and those that a client was given. */
  readonly minted: number;
  readonly held: number;
  /** Sessions whose client was told UNCONFIRMED, and whose record says ISSUED: every way to find out was cut off. */
  readonly issuedUnseen: number;
  readonly violations: readonly string[];
};

type ChaosOptions = {
  readonly seed: number;
  readonly seconds: number;
  /** Where to leave what the gateways wrote, when something was violated. */
  readonly outputFile?: string;
  readonly progress?: (line: string) => void;
  /** Ends the faults early; what was found until then is reported. */
  readonly signal?: AbortSignal;
};

/** Runs three gateways over one ledger and one provider, all of which fail, and says what did not hold. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-chaos-'));
  await chmod(directory, 0o755);
  const opened: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  try {
    const database = await startFaultyDatabase(directory);
    opened.push(() => database.stop());
    const upstream = await startFakeUpstream({ kind: 'ga' });
    opened.push(() => upstream.stop());
    const at = { url: database.url, ownerUrl: database.ownerUrl, upstream: upstream.baseUrl };
    const replicas = REPLICAS.map((name) => createReplica(name, replicaEnv(name, at), directory));
    opened.push(async () => void (await Promise.all(replicas.map((replica) => replica.kill()))));
    await Promise.all(replicas.map((replica) => replica.start()));
    return await run(options, { database, upstream, replicas });
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

type World = {
  readonly database: FaultyDatabase;
  readonly upstream: FakeUpstream;
  readonly replicas: readonly Replica[];
};

async function run(
  { seed, seconds, outputFile, progress = () => {}, signal }: ChaosOptions,
  { database, upstream, replicas }: World,
): Promise<ChaosReport> {
  if (!database.canFillDisk) progress('left out, because nothing can be mounted here: the disk is full');
  const partitions = await createOldMonths(database);
  const journal = createJournal();
  const faults = new Map<string, number>();
  const weather = createWeather(createRandom(seed, 'weather'), UPSTREAM_TIMEOUT_MS);
  upstream.always({ kind: 'choose', choose: () => weather.behaviour() });

  const until = performance.now() + seconds * 1000;
  const reporter = setInterval(() => {
    const left = Math.max(0, Math.round((until - performance.now()) / 1000));
    const made = [...faults.values()].reduce((sum, n) => sum + n, 0);
    progress(`${left} s left, ${upstream.minted.length} minted, ${journal.held.length} held, ${made} faults`);
  }, 5000);
  try {
    let faultsOver = false;
    const clients = runClients({ seed, journal, replicas, database }, () => faultsOver);
    // What should never happen is not made clearer by what happens after it.
    const broken = () => journal.unexpected.length > 0 || replicas.some(({ crashes }) => crashes.length > 0);
    const overdue = () => performance.now() >= until || broken() || signal?.aborted === true;
    await makeFaults({ seed, replicas, database, upstream, weather, journal, faults }, overdue);
    faultsOver = true;
    await clients;
  } finally {
    clearInterval(reporter);
  }

  progress('waiting for everything to be settled');
  const patience = performance.now() + SETTLED_WITHIN_MS;
  while ((await unsettled(database)) > 0 && performance.now() < patience) await delay(100);
  await Promise.all(replicas.map((replica) => replica.stop()));

  const ledger = await readLedger(database);
  const violations = [
    ...replicas.flatMap(({ crashes }) => crashes),
    ...replicas.flatMap((replica) => findSecrets(replica, upstream)),
    ...check(journal, ledger, upstream),
    ...checkPartitions(partitions, await readPartitions(database)),
  ];
  if (outputFile !== undefined && violations.length > 0) {
    await writeFile(outputFile, replicas.flatMap(({ output }) => output).join('\n'));
  }
  return {
    seed,
    seconds,
    faults: Object.fromEntries(faults),
    answers: Object.fromEntries(journal.answers),
    outcomes: tally(ledger.sessions.map((s) => `${s.outcome} ${s.failureCode ?? ''}`.trim())),
    upstreamCalls: upstream.calls.length,
    minted: upstream.minted.length,
    held: journal.held.length,
    issuedUnseen: issuedUnseen(journal, ledger),
    violations,
  };
}

/** What may stand in no log: client secrets, and the keys of whoever asks and whoever is asked. */
function findSecrets({ name, output }: Replica, { minted }: FakeUpstream): string[] {
  const written = output.join('\n');
  return [providerKey(name), ...minted.map(({ value }) => value)]
    .filter((secret) => written.includes(secret))
    .map((secret) => `${name} logged a secret that ends with ${secret.slice(-4)}`);
}

function issuedUnseen({ claims }: Journal, { sessions }: LedgerRecord): number {
  const told = new Set(claims.map(({ sessionId }) => sessionId));
  return sessions.filter(
    ({ id, outcome }) => outcome === 'ISSUED' && told.has(encodeId('RealtimeSession', id)),
  ).length;
}

function tally(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, all]) => [word, all.length]));
}
