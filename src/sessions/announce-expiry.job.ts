import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { SYSTEM_ACTOR } from '../audit/system-actor.ts';
import { selectIfClocksAgree } from '../platform/database/clock-skew.ts';
import { statement } from '../platform/database/statement.ts';

// A batch holds the locks of its rows, and everybody else's processor, for tens of milliseconds: no longer.
const BATCH = 250;
const ANNOUNCE = statement<{ announced: number }>()({
  name: 'announce-expired',
  // By a wrong clock it would be said, for good, of sessions that live.
  text: selectIfClocksAgree('announce_expired($1, $2::jsonb, moment) AS announced', '$3'),
  columns: ['announced'],
});

/**
 * Writes the event of each session that has expired, exactly once among all replicas, soonest expiry first, however
 * late: what expired while no gateway ran as well. Their status does not wait for it.
 * @param onAnnounced told of each batch after it was committed: how many sessions it was
 * @param signal ends it after the batch that is under way; what is left is the next run's
 * @throws the database's error; of the batch that failed nothing was written
 */
export async function announceExpiry(
  pool: pg.Pool,
  onAnnounced: (count: number) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const started = performance.now();
    const values = [BATCH, SYSTEM_ACTOR, new Date()];
    const { rows } = await pool.query<{ announced: number }>({ ...ANNOUNCE, values });
    const announced = rows[0]?.announced ?? 0;
    if (announced > 0) onAnnounced(announced);
    if (announced < BATCH) return;
    // After an outage there may be many: resting as long as it worked leaves mints room, on a slow database more.
    await delay(performance.now() - started, undefined, { signal }).catch(() => {});
  }
}
