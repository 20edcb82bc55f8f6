import type { Logger } from 'pino';
import { repeat } from '../platform/process/repeat.ts';
import type { SealingKey } from '../sealing/signed.ts';
import { checkpointMonth } from './checkpoint-month.db.ts';
import { dropOldPartitions, SESSION_TABLES } from './drop-old-partitions.db.ts';

// Mostly there is nothing to do. Often, so that postponed or interrupted work is finished soon.
const TEN_MINUTES_MS = 600_000;
/** Later than the start, which has enough to do. */
const FIRST_MS = 5000;

export type RetentionOptions = {
  /** The role that owns the tables, which the gateway itself does not work as. */
  readonly ownerUrl: string;
  /** How long sessions and their usage are kept. */
  readonly months: number;
  /** How long the audit trail is kept; undefined: for good. */
  readonly auditMonths: number | undefined;
  /** The first signs for the months of the trail that are dropped. */
  readonly auditKeys: readonly [SealingKey, ...SealingKey[]];
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
};

/**
 * Drops months that are older than retention, for as long as the gateway runs.
 * @returns a function that stops it, also in the middle of a month; another run continues from there
 */
export function enforceRetention(options: RetentionOptions): () => Promise<void> {
  const { months, auditMonths, auditKeys, log, onError, everyMs = TEN_MINUTES_MS } = options;
  const common = (signal: AbortSignal) => ({
    ownerUrl: options.ownerUrl,
    signal,
    onDropped: (dropped: object) => log.info(dropped, 'partition dropped'),
    onPostponed: (partition: string) => log.warn({ partition }, 'dropping a partition waits for who uses it'),
  });
  const repeatedly = (work: (signal: AbortSignal) => Promise<void>) =>
    repeat(everyMs, work, onError, Math.min(FIRST_MS, everyMs));
  // Two jobs, so that a month of one that cannot be dropped does not stop the other.
  const stops = [
    repeatedly((signal) => dropOldPartitions({ ...common(signal), tables: SESSION_TABLES, months })),
    ...(auditMonths === undefined
      ? []
      : [
          repeatedly((signal) =>
            dropOldPartitions({
              ...common(signal),
              // Events before their identities: an event whose identity is missing would look tampered with.
              tables: ['audit_event', 'audit_identity'],
              months: auditMonths,
              prepare: async (client, partition) => {
                if (partition.table === 'audit_event') await checkpointMonth(client, partition, auditKeys);
              },
            }),
          ),
        ]),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}
