import type pg from 'pg';
import { mapDatabaseErrors } from '../platform/database/map-database-errors.ts';

const namesOf = new WeakMap<pg.Pool, Promise<ReadonlySet<string>>>();

// Without the server's files that are not IANA names, as "posix/…".
const NAMES = `SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)' AND name NOT IN ('localtime', 'Factory')`;

/** Whether PostgreSQL knows this IANA time zone. The names are cached per pool, as the server reads hundreds of files for them. */
export async function isTimeZone(pool: pg.Pool, name: string): Promise<boolean> {
  let names = namesOf.get(pool);
  if (names === undefined) {
    names = readNames(pool);
    namesOf.set(pool, names);
    // The next call tries again.
    names.catch(() => namesOf.delete(pool));
  }
  return (await names).has(name);
}

async function readNames(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await mapDatabaseErrors(() => pool.query<{ name: string }>(NAMES));
  return new Set(rows.map(({ name }) => name));
}
