import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';
import { canonicalTimeZone, type ServerTimeZones, serverTimeZones } from './time-zone.ts';

const zonesOf = new WeakMap<pg.Pool, Promise<ServerTimeZones>>();

// Without the server's files that are not IANA names, as "posix/…".
const NAMES = `SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)' AND name NOT IN ('localtime', 'Factory')`;

/**
 * The name by which PostgreSQL knows an IANA time zone that is named by any of its aliases, in any letter case; null
 * when there is no such zone. The names are cached per pool, as the server reads hundreds of files for them.
 */
export async function findTimeZone(pool: pg.Pool, name: string): Promise<string | null> {
  if (canonicalTimeZone(name) === 'UTC') return 'UTC';
  let zones = zonesOf.get(pool);
  if (zones === undefined) {
    zones = readZones(pool);
    zonesOf.set(pool, zones);
    // The next call tries again.
    zones.catch(() => zonesOf.delete(pool));
  }
  return (await zones).find(name);
}

async function readZones(pool: pg.Pool): Promise<ServerTimeZones> {
  const { rows } = await mapDatabaseErrors(() => pool.query<{ name: string }>(NAMES));
  return serverTimeZones(rows.map(({ name }) => name));
}
