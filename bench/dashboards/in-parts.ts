import type pg from 'pg';
import type { Running, Urls } from '../kept-database.ts';
import { withClient } from '../read/fill.ts';

/** A time, and how many sessions are of it. */
export type Part = { readonly from: Date; readonly to: Date; readonly count: number };

/** More are not faster on two cores. */
const CONNECTIONS = 2;

/** Parts of at most so many sessions, each as long as the others. */
export function split({ from, to, count }: Part, most: number): Part[] {
  const parts = Math.ceil(count / most);
  const at = (part: number) => new Date(from.getTime() + ((to.getTime() - from.getTime()) * part) / parts);
  return Array.from({ length: parts }, (_, part) => ({
    from: at(part),
    to: at(part + 1),
    count: Math.floor((count * (part + 1)) / parts) - Math.floor((count * part) / parts),
  }));
}

/** Runs a statement for each part, two at a time. */
export async function inParts(
  { ownerUrl }: Urls,
  parts: readonly Part[],
  { signal, progress, what }: Running & { readonly what: string },
  run: (client: pg.Client, part: Part) => Promise<unknown>,
): Promise<void> {
  const waiting = parts.entries();
  const work = () =>
    withClient(ownerUrl, async (client) => {
      await client.query('SET synchronous_commit = off');
      await client.query(`SET work_mem = '256MB'`);
      for (const [number, part] of waiting) {
        signal.throwIfAborted();
        await run(client, part);
        progress(`${what}: part ${number + 1} of ${parts.length}`);
      }
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}
