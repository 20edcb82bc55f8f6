import type { FaultyDatabase } from './faulty-database.ts';

/** Makes the months before this one, as far back as retention keeps them; returns all partitions that there are. */
export async function createOldMonths(database: FaultyDatabase): Promise<string[]> {
  await database.query(
    `SET ROLE gatehouse_owner; SELECT create_partitions(now() - interval '13 months', now())`,
  );
  return readPartitions(database);
}

export async function readPartitions({ query }: FaultyDatabase): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE relkind = 'r' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

/** No month is due, and those to come were made: whatever differs was done by a wrong clock. */
export function checkPartitions(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((name) => !after.includes(name)).map((name) => `${name} was dropped by a wrong clock`),
    ...after.filter((name) => !before.includes(name)).map((name) => `${name} was made by a wrong clock`),
  ];
}
