import type { TestDatabase } from './database.ts';

/** Every row of every table, as pg_dump would have it: in text. */
export async function dumpOf(database: Pick<TestDatabase, 'query'>): Promise<string> {
  const tables = await database.query<{ name: string }>(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  const rows = await Promise.all(
    tables.map(({ name }) =>
      database.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} AS t`),
    ),
  );
  return rows
    .flat()
    .map(({ row }) => row)
    .join('\n');
}
