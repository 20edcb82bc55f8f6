import type pg from 'pg';
import { MAX_SKEW_SECONDS, measureClockSkew } from '../../platform/database/clock-skew.ts';
import { type Check, fail, ok, warn } from './check.ts';

// Gateways make three ahead, within hours. The third may not be there yet.
const MONTHS_AHEAD = 2;

const MISSING = `
  SELECT partition, ahead FROM generate_series(0, ${MONTHS_AHEAD}) AS ahead,
    unnest('{realtime_session,realtime_call,audit_event,audit_identity,usage_record}'::text[]) AS parent,
    to_char(date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead), '"_"YYYY"_"MM') AS suffix,
    concat(parent, suffix) AS partition
  WHERE to_regclass(partition) IS NULL ORDER BY ahead, partition`;

/** Whether the tables have a place for this month and the next ones. */
export async function checkPartitions(pool: pg.Pool): Promise<Check> {
  const { rows } = await pool.query<{ partition: string; ahead: number }>(MISSING);
  const [first] = rows;
  if (first === undefined) return ok('partitions', `there for this month and the next ${MONTHS_AHEAD}.`);
  const cure =
    'Restart a gateway, or \'gatehouse migrate\'; look for "periodic work failed" (job partitions).';
  return first.ahead === 0
    ? fail('partitions', `${first.partition} is missing: nothing can be written this month.`, cure)
    : warn('partitions', `${first.partition} is not made yet.`, cure);
}

/** Whether database and application agree on the time. */
export async function checkClock(pool: pg.Pool): Promise<Check> {
  const name = 'clock of the database';
  const seconds = Math.round(await measureClockSkew(pool));
  if (Math.abs(seconds) <= MAX_SKEW_SECONDS) return ok(name, "agrees with this machine's to a minute.");
  return fail(
    name,
    `is ${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead of' : 'behind'} this machine's: no month is dropped or made.`,
    'Set the wrong one right (NTP).',
  );
}
