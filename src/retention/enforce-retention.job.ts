import type { Logger } from 'pino';
import { repeat } from '../platform/process/repeat.ts';
import type { SealingKey } from '../sealing/signed.ts';
import { checkpointMonth } from './checkpoint-month.db.ts';
import { dropOldPartitions, SESSION_TABLES } from './drop-old-partitions.db.ts';

// Nearly always there is nothing to do. Often, so that what was postponed or interrupted does not stay half done.
const TEN_MINUTES_MS = 600_000;
/** Out of the way of starting. */
const FIRST_MS = 5000;

export type RetentionOptions = {
  /** The role that owns the tables, which the gateway itself does not work as. */
  readonly ownerUrl: string;
  /** Of sessions and what they used. */
  readonly months: number;
  /** Of the audit trail; undefined: it is kept. */
  readonly auditMonths: number | undefined;
  /** The first signs for what is dropped of the trail. */
  readonly auditKeys: readonly [SealingKey, ...SealingKey[]];
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
};

/**
 * Drops months that are older than retention, for as long as the gateway runs.
 * @returns a function that stops it, also in the middle: another run goes on from there
 */
export function enforceRetention(options: RetentionOptions): () => Promise<void> {
  const { months, auditMonths, auditKeys, log, onError, everyMs = TEN_MINUTES_MS } = options;
  const common = (signal: AbortSignal) => ({
    ownerUrl: options.ownerUrl,
    signal,
    onDropped: (dropped: object) => log.info(dropped, 'partition dropped'),
    onPostponed: (partition: string) => log.warn({ partition }, 'dropping a partition waits for who uses it'),
  });
  const again = (work: (signal: AbortSignal) => Promise<void>) =>
    repeat(everyMs, work, onError, Math.min(FIRST_MS, everyMs));
  // Apart: what cannot be dropped of one does not keep the other.
  const stops = [
    again((signal) => dropOldPartitions({ ...common(signal), tables: SESSION_TABLES, months })),
    ...(auditMonths === undefined
      ? []
      : [
          again((signal) =>
            dropOldPartitions({
              ...common(signal),
              // Events first: what identifies people in them may be missing once they are gone, and not before.
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
