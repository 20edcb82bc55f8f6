import { setTimeout as delay } from 'node:timers/promises';

/** What a gateway's process needs, by its own metrics. */
export type Needs = {
  /** Heap and buffers in use, in bytes. */
  readonly inUse: number;
  /** Of the process, in bytes: before its garbage was collected, and after. */
  readonly residentBefore: number;
  readonly resident: number;
  /** So far. */
  readonly cpuSeconds: number;
};

const COLLECTING_MS = 1000;

/** Reads what a gateway needs, after it has collected its garbage. */
export async function needsOf(pid: number, managementUrl: string): Promise<Needs> {
  const before = await readMetrics(managementUrl);
  process.kill(pid, 'SIGUSR2');
  await delay(COLLECTING_MS);
  // Reading makes garbage, too, but little.
  const after = await readMetrics(managementUrl);
  return {
    inUse: after('nodejs_heap_size_used_bytes') + after('nodejs_external_memory_bytes'),
    residentBefore: before('process_resident_memory_bytes'),
    resident: after('process_resident_memory_bytes'),
    cpuSeconds: after('process_cpu_seconds_total'),
  };
}

async function readMetrics(managementUrl: string): Promise<(name: string) => number> {
  const text = await (await fetch(new URL('/metrics', managementUrl))).text();
  return (name) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
}
