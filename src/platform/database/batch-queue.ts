import type pg from 'pg';
import { type Execution, executeTogether, type Prepared, parametersOf } from './statement-batch.ts';
import type { TextRow } from './text-row.ts';
import { UnavailableError } from './unavailable-error.ts';

/** Reads rows of text with other statements. @throws skipped, when one before it failed; UnavailableError; errors of `pool.query` */
export type ReadTogether = (statement: Prepared, values: readonly unknown[]) => Promise<TextRow[]>;

export type BatchQueueOptions = {
  readonly pool: pg.Pool;
  /** Batches at a time. */
  readonly batches: number;
  /** Statements that may wait. */
  readonly queue: number;
  /** Resolves to a function that releases the permit for a batch; to null when it was waited for too long. */
  readonly acquire: () => Promise<(() => void) | null>;
  /** How many statements the next batch may have. */
  readonly sizeOfBatch: () => number;
  /** Told how long each statement took. */
  readonly noteTime: (milliseconds: number) => void;
};

/**
 * Collects the statements of one caller that wait at the same time, and sends them together. They are shared out evenly
 * among the batches that may still start.
 */
export function createBatchQueue(options: BatchQueueOptions): ReadTogether {
  const { pool, batches, queue, acquire, sizeOfBatch, noteTime } = options;
  let waiting: Execution[] = [];
  let running = 0;
  let starting = false;

  return ({ name, text }, values) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= queue) {
        reject(new UnavailableError('overloaded'));
        return;
      }
      const rows: TextRow[] = [];
      const onEnd = (error: Error | null) => (error === null ? resolve(rows) : reject(error));
      const onRow = (row: TextRow) => rows.push(row);
      waiting.push({ name, text, parameters: parametersOf(values), onRow, onEnd });
      startSoon();
    });

  /** Those that come in the same turn of the event loop go together. */
  function startSoon(): void {
    if (starting || waiting.length === 0 || running >= batches) return;
    starting = true;
    setImmediate(start);
  }

  async function start(): Promise<void> {
    while (waiting.length > 0 && running < batches) {
      const release = await acquire();
      if (release === null) {
        for (const { onEnd } of take(waiting.length)) onEnd(new UnavailableError('overloaded'));
      } else {
        const batch = take(Math.min(sizeOfBatch(), Math.ceil(waiting.length / (batches - running))));
        running += 1;
        executeTogether(pool, timed(batch), () => {
          running -= 1;
          release();
          startSoon();
        });
      }
    }
    starting = false;
  }

  function take(count: number): readonly Execution[] {
    const taken = waiting.slice(0, count);
    // Another array, not the same one emptied: nothing that lives long should hold what belonged to a request.
    waiting = waiting.slice(count);
    return taken;
  }

  function timed(batch: readonly Execution[]): readonly Execution[] {
    let since = performance.now();
    // What ends because of another statement's error took no time of its own.
    let failed = false;
    return batch.map((statement) => ({
      ...statement,
      onEnd(error) {
        const now = performance.now();
        if (!failed) noteTime(now - since);
        failed ||= error !== null;
        since = now;
        statement.onEnd(error);
      },
    }));
  }
}
