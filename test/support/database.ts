import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { inDatabase, TEMPLATE } from './database-server.ts';

export type TestDatabase = {
  readonly name: string;
  /** As the gateway's role. */
  readonly url: string;
  readonly ownerUrl: string;
  readonly superuserUrl: string;
  /** Runs SQL as superuser. */
  query<Row extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
};

/** A database of its own for a test file: a clone of the migrated template, or an empty one. */
export async function createDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // Files are copied in half the time that it takes to log them.
  const template = empty ? '' : `TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`;
  await asSuperuser((client) => client.query(`CREATE DATABASE ${name} OWNER gatehouse_owner ${template}`));
  const pool = new pg.Pool({ connectionString: inDatabase(inject('superuserUrl'), name) });
  // A test may end every connection of the database, this one too.
  pool.on('error', () => {});
  return {
    name,
    url: inDatabase(inject('applicationUrl'), name),
    ownerUrl: inDatabase(inject('ownerUrl'), name),
    superuserUrl: inDatabase(inject('superuserUrl'), name),
    async query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) {
      const client = await pool.connect();
      try {
        const { rows } = await client.query<Row>(text, [...values]);
        client.release();
        return rows;
      } catch (error) {
        // It may have begun a transaction.
        client.release(true);
        throw error;
      }
    },
    async drop() {
      await pool.end();
      // Not FORCE: a pool that a test forgot to close must fail it.
      await asSuperuser((client) => client.query(`DROP DATABASE ${name}`));
    },
  };
}

async function asSuperuser<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inject('superuserUrl') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
