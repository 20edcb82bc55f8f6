import { setTimeout as delay } from 'node:timers/promises';
import { createPool } from '../../src/platform/database/pool.ts';
import { progress } from '../run-bench.ts';
import { type Backlog, createBacklogReader, type ReadBacklog, untilSealed } from './backlog.ts';
import type { Options } from './options.ts';
import { connect, type Setup, startAudited } from './start.ts';
import { writeEvents } from './write-events.ts';

export type KeptUp = {
  /** Events that were written a second. */
  readonly written: number;
  readonly samples: readonly Backlog[];
  /** When the last event had been written. */
  readonly atEnd: Backlog;
  /** Milliseconds from then until all were sealed; null: they were not, a minute later. */
  readonly drainedMs: number | null;
  /** Events of the whole trail without a seal after that. */
  readonly missed: number;
};

const SAMPLE_EVERY_MS = 200;
const SAY_EVERY = 25;

/** Writes events while a gateway, which has nothing else to do, seals them. */
export async function keepUp(setup: Setup, { rate, seconds }: Options): Promise<KeptUp> {
  const { signal, stack } = setup.running;
  const { database } = await startAudited(setup, { name: 'keep_up', sealing: true });
  const pool = createPool({ url: database.url, size: 5, timeoutMs: 30_000, onError: () => {} });
  stack.defer(() => pool.end());
  const client = await connect(database.url, setup.running);
  const readBacklog = createBacklogReader(client);
  progress(`writing ${rate} events a second`);
  const written = new AbortController();
  const sampling = sample(readBacklog, AbortSignal.any([written.signal, signal]));
  const perSecond = await writeEvents(pool, { rate, seconds }, signal);
  const atEnd = await readBacklog();
  written.abort();
  const samples = await sampling;
  const drainedMs = await untilSealed(readBacklog, signal);
  const everything = await createBacklogReader(client)();
  return { written: perSecond, samples, atEnd, drainedMs, missed: everything.events };
}

async function sample(readBacklog: ReadBacklog, until: AbortSignal): Promise<Backlog[]> {
  const samples: Backlog[] = [];
  const startedAt = performance.now();
  while (!until.aborted) {
    const backlog = await readBacklog();
    samples.push(backlog);
    if (samples.length % SAY_EVERY === 0)
      progress(`${backlog.events} events not sealed, the oldest ${Math.round(backlog.oldestMs)} ms old`);
    const next = startedAt + samples.length * SAMPLE_EVERY_MS;
    await delay(Math.max(0, next - performance.now()), undefined, { signal: until }).catch(() => {});
  }
  return samples;
}
