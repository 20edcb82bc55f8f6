import { join } from 'node:path';
import pg from 'pg';
import { readFunctionFiles } from '../../scripts/function-files.ts';
import type { TestDatabase } from './database.ts';

const ROOT = join(import.meta.dirname, '../..');

type FunctionRow = { readonly name: string; readonly definition: string; readonly version: string };

// CREATE OR REPLACE writes the row, and with it a new xmin, even when nothing differs.
const FUNCTIONS = `
  SELECT oid::regprocedure::text AS name, pg_get_functiondef(oid) AS definition, xmin::text AS version
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`;

/**
 * The functions of a database that are not as their files say, and those that only one of the two has. Runs the files in
 * a transaction that it rolls back.
 */
export async function functionDrift({ ownerUrl }: Pick<TestDatabase, 'ownerUrl'>): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows: before } = await client.query<FunctionRow>(FUNCTIONS);
    const refused: string[] = [];
    for (const { path, text } of (await readFunctionFiles(ROOT)).values()) {
      await client.query('SAVEPOINT file');
      // PostgreSQL refuses to replace a function by one with another result or other names of arguments.
      await client.query(text).catch(async () => {
        await client.query('ROLLBACK TO file');
        refused.push(`${path} does not replace its function`);
      });
    }
    const { rows: after } = await client.query<FunctionRow>(FUNCTIONS);
    const earlier = new Map(before.map((row) => [row.name, row]));
    const differences = after.flatMap(({ name, definition, version }) => {
      const row = earlier.get(name);
      if (row === undefined) return [`${name} is not in the database`];
      if (row.version === version) return [`${name} has no file`];
      return row.definition === definition ? [] : [`${name} differs`];
    });
    return [...refused, ...differences];
  } finally {
    await client.end();
  }
}
