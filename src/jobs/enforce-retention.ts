import type { Logger } from 'pino';
import { dropOldPartitions } from '../postgres/drop-old-partitions.ts';
import { repeat } from './repeat.ts';

// Nearly always there is nothing to do. Often, so that what was postponed or interrupted does not stay half done.
const TEN_MINUTES_MS = 600_000;
/** Out of the way of starting. */
const FIRST_MS = 5000;

export type RetentionOptions = {
  /** The role that owns the tables, which the gateway itself does not work as. */
  readonly ownerUrl: string;
  readonly months: number;
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
};

/**
 * Drops months that are older than retention, for as long as the gateway runs.
 * @returns a function that stops it, also in the middle: another run goes on from there
 */
export function enforceRetention(options: RetentionOptions): () => Promise<void> {
  const { ownerUrl, months, log, onError, everyMs = TEN_MINUTES_MS } = options;
  return repeat(
    everyMs,
    (signal) =>
      dropOldPartitions({
        ownerUrl,
        months,
        signal,
        onDropped: (dropped) => log.info(dropped, 'partition dropped'),
        onPostponed: (partition) => log.warn({ partition }, 'dropping a partition waits for who uses it'),
      }),
    onError,
    Math.min(FIRST_MS, everyMs),
  );
}
