import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { startChild } from '../child.ts';
import { makeSessions, writeChanges } from './changes.ts';
import type { Options } from './options.ts';
import { makeSubscribers, type Target } from './subscribers.ts';

const checked = z.object({
  deliveries: z.number(),
  /** Not told though they were to be; told more than once; told though they were not to be. */
  missing: z.number(),
  twice: z.number(),
  foreign: z.number(),
  /** Streams that ended. */
  ended: z.number(),
  /** From an event's time to its arrival, in milliseconds. */
  p50: z.number(),
  p99: z.number(),
  max: z.number(),
});

/** CPU seconds so far and memory of a process; null where there is no /proc. */
type Usage = { readonly seconds: number; readonly megabytes: number } | null;

export type Measured = z.infer<typeof checked> & {
  readonly changes: number;
  readonly before: Usage;
  readonly after: Usage;
};

type Setup = {
  /** The gateway, and a credential that may do everything. */
  readonly target: Target;
  readonly pid: number;
  /** Where changes are written. */
  readonly databaseUrl: string;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** Called when all streams are open. */
  readonly whenOpen?: () => Promise<void>;
};

/** Opens the streams, has things happen, and asks what arrived. */
export async function measure(options: Options, setup: Setup): Promise<Measured> {
  const { target, pid, databaseUrl, signal, progress } = setup;
  await using stack = new AsyncDisposableStack();
  const { subscribers, applications, users } = await makeSubscribers(target, options.subscribers);
  const sessions = await makeSessions(databaseUrl, users, applications);
  const watchers = await startChild(join(import.meta.dirname, 'watchers.ts'), [], { signal, stack });
  progress(`opening ${subscribers.length} streams`);
  await watchers.ask({ kind: 'open', url: target.url, subscribers: [...subscribers] });
  await setup.whenOpen?.();
  const before = await usageOf(pid);
  progress(`${options.changes} changes a second for ${options.seconds} s`);
  const written = await writeChanges(databaseUrl, sessions, options, signal);
  const result = checked.parse(await watchers.ask({ kind: 'check', written }));
  return { ...result, changes: written.length, before, after: await usageOf(pid) };
}

async function usageOf(pid: number): Promise<Usage> {
  if (process.platform !== 'linux') return null;
  const stat = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? [];
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  // Ticks are hundredths of a second.
  const seconds = (Number(stat[11]) + Number(stat[12])) / 100;
  return { seconds, megabytes: Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024) };
}
