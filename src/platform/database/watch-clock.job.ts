import type pg from 'pg';
import type { Logger } from 'pino';
import { logJobFailure, repeat } from '../process/repeat.ts';
import { MAX_SKEW_SECONDS, measureClockSkew } from './clock-skew.ts';

const EVERY_MS = 5000;
const FIRST_MS = 500;

/**
 * Compares the clocks of database and gateway for as long as the gateway runs, and logs when they begin to differ and when
 * they agree again.
 * @param onMeasured called with the seconds by which the database is ahead
 * @returns a function that stops it
 */
export function watchClock(
  pool: pg.Pool,
  log: Logger,
  onMeasured: (seconds: number) => void,
): () => Promise<void> {
  let differ = false;
  const measure = async () => {
    const seconds = await measureClockSkew(pool);
    onMeasured(seconds);
    const differed = differ;
    differ = Math.abs(seconds) > MAX_SKEW_SECONDS;
    if (differ === differed) return;
    const fields = { databaseAheadSeconds: Math.round(seconds) };
    if (differ) log.error(fields, 'the clocks of database and gateway differ: what cannot be undone waits');
    else log.info(fields, 'the clocks of database and gateway agree again');
  };
  return repeat(EVERY_MS, measure, logJobFailure(log, 'clock'), FIRST_MS);
}
