import { setTimeout as delay } from 'node:timers/promises';

/** What a gateway's process needs, by its own metrics. */
export type Needs = {
  /** Heap and buffers in use, in bytes. */
  readonly inUse: number;
  /** Of the process, in bytes. */
  readonly resident: number;
  /** So far. */
  readonly cpuSeconds: number;
};

const COLLECTING_MS = 1000;

/** Reads what a gateway needs, after it has collected its garbage. */
export async function needsOf(pid: number, managementUrl: string): Promise<Needs> {
  process.kill(pid, 'SIGUSR2');
  await delay(COLLECTING_MS);
  // Reading makes garbage, too, but little.
  const text = await (await fetch(new URL('/metrics', managementUrl))).text();
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
  return {
    inUse: read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes'),
    resident: read('process_resident_memory_bytes'),
    cpuSeconds: read('process_cpu_seconds_total'),
  };
}
