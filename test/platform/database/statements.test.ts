import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { namedStatements } from '../../../src/platform/database/statement.ts';
import { useDatabase } from '../../support/fixture.ts';

const SOURCE = join(import.meta.dirname, '../../../src');

const database = useDatabase();
let client: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // A module declares its statements when it is loaded.
  for await (const file of glob('**/*{.db.ts,.job.ts,check-database.ts}', { cwd: SOURCE })) {
    await import(join(SOURCE, file));
  }
});

afterAll(async () => {
  await client.end();
});

test('every named statement selects the columns that its rows are declared with', async () => {
  const statements = namedStatements();
  expect(statements.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['reserve-session', 'settle-session', 'report-usage', 'find-valid-keys']),
  );
  for (const { name, text, columns } of statements) {
    expect([name, (await describeColumns(text)).toSorted()]).toEqual([name, columns.toSorted()]);
  }
});

test('no two statements have one name', () => {
  const names = namedStatements().map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

/** What PostgreSQL says of a statement that it has parsed and not run. */
async function describeColumns(text: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let columns: string[] = [];
    client.query({
      submit(connection: pg.Connection) {
        connection.parse({ name: '', text, types: [] }, true);
        connection.describe({ type: 'S', name: '' }, true);
        connection.sync();
      },
      handleRowDescription({ fields }: { fields: { name: string }[] }) {
        columns = fields.map(({ name }) => name);
      },
      handleReadyForQuery: () => resolve(columns),
      handleError: reject,
    });
  });
}
