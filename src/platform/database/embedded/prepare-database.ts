import type pg from 'pg';
import { scramVerifier } from './scram-verifier.ts';

/** Roles and database of the embedded server. */
export const OWNER_ROLE = 'gatehouse_owner';
export const APPLICATION_ROLE = 'gatehouse';
/** Reads the views of the schema `reporting`; people get roles of their own that are members of it. */
const READER_ROLE = 'gatehouse_reader';
export const DATABASE = 'gatehouse';

/**
 * Makes the roles and the database, each when it is missing: a start that was cut
 * short is completed by the next.
 * @throws pg.DatabaseError, or the connection's error.
 */
export async function prepareDatabase(client: pg.Client, password: string): Promise<void> {
  const roles = await client.query<{ name: string }>('SELECT rolname AS name FROM pg_roles');
  const isMissing = (role: string) => !roles.rows.some(({ name }) => name === role);
  for (const role of [OWNER_ROLE, APPLICATION_ROLE].filter(isMissing)) {
    await client.query(
      `CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(await scramVerifier(password))}`,
    );
  }
  if (isMissing(READER_ROLE)) await client.query(`CREATE ROLE ${READER_ROLE} NOLOGIN`);
  const databases = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
  if (databases.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER_ROLE}`);
}
