import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';

const known = new WeakMap<pg.Pool, Promise<ReadonlySet<string>>>();

// IANA's names as the server knows them; "posix/…" and the like are files beside them.
const NAMES = `SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)' AND name NOT IN ('localtime', 'Factory')`;

/** Whether days can be reckoned in a time zone of that name. Asked of the server once: it reads some hundred files for it. */
export async function isTimeZone(pool: pg.Pool, name: string): Promise<boolean> {
  let names = known.get(pool);
  if (names === undefined) {
    names = readNames(pool);
    known.set(pool, names);
    // What failed is tried again.
    names.catch(() => known.delete(pool));
  }
  return (await names).has(name);
}

async function readNames(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await mapDatabaseErrors(pool.query<{ name: string }>(NAMES));
  return new Set(rows.map(({ name }) => name));
}
