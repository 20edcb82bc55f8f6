import assert from 'node:assert';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createPool } from '../../../src/platform/database/pool.ts';
import { namedStatements, read, readPlanned, readTexts } from '../../../src/platform/database/statement.ts';
import { textsOf } from '../../../src/platform/database/text-row.ts';
import { UnavailableError } from '../../../src/platform/database/unavailable-error.ts';
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

describe('a statement that is sent past pg.Query', () => {
  const EVERYTHING = `
    SELECT $1::text AS text, NULL AS nothing, 1::smallint AS small, 2::bigint AS big, 1.50::numeric AS amount, 0.5::float8 AS half,
      true AS yes, $2::uuid AS id, $3::timestamptz AS at, '{"a": [1, null]}'::jsonb AS json, $4::text[] AS texts,
      '\\x00ff'::bytea AS bytes, 'Ünï 🎉' AS characters
    FROM generate_series(1, 3)`;
  const values = [
    'a\nb',
    '00000000-0000-7000-8000-000000000000',
    new Date(1_700_000_000_123),
    ['x', 'y"', null],
  ];
  const openPool = () => {
    const pool = createPool({ url: database.url, size: 1, timeoutMs: 1000, onError: () => {} });
    onTestFinished(() => pool.end());
    return pool;
  };

  test('gives what node-postgres gives, the first time and again', async () => {
    const pool = openPool();
    const { rows } = await pool.query({ text: EVERYTHING, values });
    expect(rows).toHaveLength(3);
    for (const round of [1, 2, 3])
      expect([round, await read(pool, EVERYTHING, { values, bind: String })]).toEqual([round, rows]);
    for (const _ of [1, 2]) {
      expect(await readPlanned(pool, EVERYTHING, { values, bind: String })).toEqual(rows);
      for (const plan of ['prepared', 'planned'] as const) {
        const texts = await readTexts(pool, EVERYTHING, { values, bind: String }, plan);
        const [, , last] = texts?.map(textsOf) ?? [];
        expect(last?.slice(0, 4)).toEqual(['a\nb', null, '1', '2']);
      }
    }
  });

  test('may give no rows, or no columns', async () => {
    const pool = openPool();
    for (const text of ['SELECT 1 AS one WHERE false', 'RESET work_mem'])
      for (const _ of [1, 2]) expect(await read(pool, text, { values: [], bind: String })).toEqual([]);
  });

  test('fails as with node-postgres, and the pool goes on', async () => {
    const pool = openPool();
    const divide = (by: unknown) =>
      read(pool, 'SELECT 1 / $1::integer AS result', { values: [by], bind: String });
    expect(await divide(1)).toEqual([{ result: 1 }]);
    await expect(divide(0)).rejects.toMatchObject({ code: '22012' });
    await expect(divide('x')).rejects.toMatchObject({ code: '22P02' });
    await expect(divide({ toPostgres: () => assert.fail('unreadable') })).rejects.toThrow('unreadable');
    expect(await divide(1)).toEqual([{ result: 1 }]);
    const sleep = read(pool, 'SELECT pg_sleep($1)', { values: [3], bind: String });
    await expect(sleep).rejects.toBeInstanceOf(UnavailableError);
    const end = read(pool, 'SELECT pg_terminate_backend(pg_backend_pid())', { values: [], bind: String });
    await expect(end).rejects.toBeInstanceOf(UnavailableError);
    expect(await divide(1)).toEqual([{ result: 1 }]);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
  });
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
