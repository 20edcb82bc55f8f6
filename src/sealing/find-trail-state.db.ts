import type pg from 'pg';
import { countRows } from '../platform/database/count-rows.ts';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { sqlParameters } from '../platform/database/statement.ts';
import { readPosition, startOf } from './seal-batch.db.ts';
import { isNotSealed } from './sealed-columns.db.ts';
import { MAX_COUNTED_UNSEALED, type TrailState } from './trail-state.ts';

/**
 * Reads how far the trail is sealed: the last head, and the events after it, which sealing looks at too.
 * @param overlapMs the same as for sealing
 * @throws UnavailableError
 */
export async function findTrailState(pool: pg.Pool, overlapMs: number): Promise<TrailState> {
  const position = await mapDatabaseErrors(() => readPosition(pool));
  const params = sqlParameters();
  const from = params.bind(startOf(position, overlapMs));
  const unsealed = `audit_event AS e WHERE e.id > ${from} AND ${isNotSealed}`;
  return {
    sealedEvents: position.last ?? 0,
    unsealedEvents: await countRows(pool, unsealed, MAX_COUNTED_UNSEALED, params),
    lastSealedAt: position.sealedAt === null ? null : new Date(position.sealedAt),
    lastHead: position.mac,
  };
}
