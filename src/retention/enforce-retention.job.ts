import type { Logger } from 'pino';
import { repeat } from '../platform/process/repeat.ts';
import { dropOldPartitions, type RetentionOutcome } from './drop-old-partitions.db.ts';
import { type RetentionPeriods, type RetentionRule, retentionRules } from './retention-rules.db.ts';

// Mostly there is nothing to do. Often, so that postponed or interrupted work is finished soon.
const TEN_MINUTES_MS = 600_000;
/** Later than the start, which has enough to do. */
const FIRST_MS = 5000;

export type RetentionOptions = RetentionPeriods & {
  /** The role that owns the tables, which the gateway itself does not work as. */
  readonly ownerUrl: string;
  readonly log: Logger;
  readonly onError: (error: unknown) => void;
  /** Told after each run how many partitions wait for an operator. */
  readonly onHeld: (rule: RetentionRule['name'], partitions: number) => void;
  readonly everyMs?: number;
};

/**
 * Drops months that are older than retention, for as long as the gateway runs.
 * @returns a function that stops it, also in the middle of a month; another run continues from there
 */
export function enforceRetention(options: RetentionOptions): () => Promise<void> {
  const { everyMs = TEN_MINUTES_MS } = options;
  // Two jobs, so that a month of one that cannot be dropped does not stop the other.
  const stops = retentionRules(options).map((rule) =>
    repeat(everyMs, createRun(rule, options), options.onError, Math.min(FIRST_MS, everyMs)),
  );
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function createRun(rule: RetentionRule, { ownerUrl, log, onHeld }: RetentionOptions) {
  let last: RetentionOutcome['kind'] = 'done';
  return async (signal: AbortSignal) => {
    const outcome = await dropOldPartitions({
      ownerUrl,
      rule,
      severalMonths: false,
      signal,
      onDropped: (dropped) => log.info(dropped, 'partition dropped'),
      onPostponed: (partition) => log.warn({ partition }, 'dropping a partition waits for who uses it'),
    });
    // The gateway that is at it says so.
    if (outcome.kind === 'busy') return;
    onHeld(rule.name, outcome.kind === 'several_months' ? outcome.partitions.length : 0);
    // Once, and not every ten minutes.
    if (outcome.kind !== last) logHeld(log, outcome);
    last = outcome.kind;
  };
}

function logHeld(log: Logger, outcome: RetentionOutcome): void {
  switch (outcome.kind) {
    case 'done':
    case 'busy':
      return;
    case 'clocks_differ': {
      const { databaseAheadSeconds } = outcome;
      log.error(
        { databaseAheadSeconds },
        'no month is dropped, because the clocks of database and gateway differ',
      );
      return;
    }
    case 'several_months':
      log.error(
        { partitions: outcome.partitions },
        'more than one month is due and none is dropped: see "gatehouse retention drop"',
      );
      return;
    default:
      outcome satisfies never;
  }
}
