import type pg from 'pg';
import type { Logger } from 'pino';
import { logJobFailure, repeat } from '../platform/process/repeat.ts';
import { sumSessions } from './sum-sessions.job.ts';

const SUM_EVERY_MS = 30_000;
const FIRST_MS = 1000;

type Parts = { readonly pool: pg.Pool; readonly log: Logger };

/** Starts the job that adds up what statistics count. */
export function openStatistics({ pool, log }: Parts) {
  const sum = (stopping: AbortSignal) => sumSessions(pool, stopping);
  return { close: repeat(SUM_EVERY_MS, sum, logJobFailure(log, 'sum-sessions'), FIRST_MS) };
}
