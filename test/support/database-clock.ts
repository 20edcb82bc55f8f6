import type { TestDatabase } from './database.ts';

/**
 * Gives a database a clock that can be moved: functions in its search path stand before PostgreSQL's own. It holds for
 * connections that are opened from now on, and for functions that are created by one.
 * @returns a function that sets how far the clock is ahead
 */
export async function movableClock({
  name,
  query,
}: Pick<TestDatabase, 'name' | 'query'>): Promise<(ahead: string) => Promise<void>> {
  const functions = [
    'clock_timestamp() RETURNS timestamptz VOLATILE',
    'now() RETURNS timestamptz STABLE',
  ].map(
    (signature) => `CREATE FUNCTION clock.${signature} LANGUAGE sql
      RETURN pg_catalog.${signature.split(' ')[0]} + (SELECT ahead FROM clock.setting)`,
  );
  await query(`
    CREATE SCHEMA clock;
    CREATE TABLE clock.setting AS SELECT interval '0' AS ahead;
    ${functions.join(';\n')};
    GRANT USAGE ON SCHEMA clock TO PUBLIC;
    GRANT SELECT ON clock.setting TO PUBLIC;
    ALTER DATABASE ${name} SET search_path = public, clock, pg_catalog`);
  return async (ahead) => {
    await query('UPDATE clock.setting SET ahead = $1::interval', [ahead]);
  };
}
