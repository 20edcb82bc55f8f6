import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import pino from 'pino';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../../src/platform/database/open-database.ts';
import { openMigratedDatabase } from '../../../src/platform/database/open-migrated-database.ts';
import { external, loadConfig } from '../../support/config-problems.ts';
import { createDatabase } from '../../support/database.ts';
import { eventually } from '../../support/eventually.ts';
import { useDatabase } from '../../support/fixture.ts';
import { startGateway } from '../../support/gateway.ts';

// What is wrong with a database, a role or an address is said when it is opened, and in one sentence.

const SIGNAL = new AbortController().signal;
const log = pino({ level: 'silent' });
const database = useDatabase();

type Urls = { readonly url?: string; readonly ownerUrl?: string };

const configOf = ({ url = database.url, ownerUrl = database.ownerUrl }: Urls) =>
  loadConfig({
    ...external,
    DATABASE_URL: url,
    DATABASE_OWNER_URL: ownerUrl,
    GATEHOUSE_DATABASE_TIMEOUT_MS: '10000',
  });

async function start(urls: Urls): Promise<void> {
  await (await openDatabase(configOf(urls), log, SIGNAL)).close();
}

/** Opens it as the commands do that only read. */
async function openToRead(url: string) {
  const opened = await openMigratedDatabase(configOf({ url }), { log, readOnly: true });
  onTestFinished(() => opened.close());
  return opened;
}

function withParameters(url: string, parameters: Record<string, string>): string {
  const changed = new URL(url);
  for (const [name, value] of Object.entries(parameters)) changed.searchParams.set(name, value);
  return changed.href;
}

const searchPath = (url: string) => withParameters(url, { options: '-c search_path=nowhere' });

beforeAll(() => database.query('CREATE SCHEMA elsewhere AUTHORIZATION gatehouse_owner'));

describe('a start is refused, and says why', () => {
  test.each<[string, () => Urls, string]>([
    [
      "a search_path of the owner's that leads nowhere",
      () => ({ ownerUrl: searchPath(database.ownerUrl) }),
      'The database of DATABASE_OWNER_URL cannot be used (3F000): the search_path of the user leads to no schema.',
    ],
    [
      "a search_path of the owner's that leads to another schema than public",
      () => ({ ownerUrl: withParameters(database.ownerUrl, { options: '-c search_path=elsewhere,public' }) }),
      'The tables belong in the schema public, and the search_path of their owner leads to "elsewhere" first: set its search_path to public.',
    ],
    [
      "a search_path of the gateway's role that leads nowhere",
      () => ({ url: searchPath(database.url) }),
      'DATABASE_URL and DATABASE_OWNER_URL must lead to the same database and schema: they name two databases, or the search_path of their users differs.',
    ],
    [
      'TLS that the server does not offer',
      () => ({ url: withParameters(database.url, { sslmode: 'verify-full' }) }),
      'The database of DATABASE_URL cannot be used (tls_not_offered): the URL asks for TLS (sslmode), which the server does not offer.',
    ],
    [
      "TLS that the server does not offer to the owner's role",
      () => ({ ownerUrl: withParameters(database.ownerUrl, { sslmode: 'verify-full' }) }),
      'The database of DATABASE_OWNER_URL cannot be used (tls_not_offered): the URL asks for TLS (sslmode), which the server does not offer.',
    ],
    [
      'a certificate that is not there',
      () => ({
        url: withParameters(database.url, { sslmode: 'verify-full', sslrootcert: '/nowhere/ca.pem' }),
      }),
      'The database of DATABASE_URL cannot be used (ENOENT): a file that the URL names (sslrootcert, sslcert or sslkey) cannot be read.',
    ],
  ])('%s', async (_, urls, message) => {
    await expect(start(urls())).rejects.toThrow(message);
  });

  test.each(['SQL_ASCII', 'LATIN1'])('the encoding %s, before anything is made', async (encoding) => {
    const name = `encoded_${encoding.toLowerCase()}_${database.name}`;
    await database.query(
      `CREATE DATABASE ${name} OWNER gatehouse_owner ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
    );
    onTestFinished(async () => void (await database.query(`DROP DATABASE ${name}`)));
    const inIt = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
    await expect(start({ url: inIt(database.url), ownerUrl: inIt(database.ownerUrl) })).rejects.toThrow(
      `The database of DATABASE_URL has the encoding ${encoding}, and UTF8 is needed: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    );
    const client = new pg.Client({ connectionString: inIt(database.superuserUrl) });
    await client.connect();
    const { rows } = await client.query(`SELECT to_regclass('_prisma_migrations') AS made`);
    await client.end();
    expect(rows).toEqual([{ made: null }]);
  });
});

test('through a socket the gateway starts, migrates and listens, and commands read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse socket '));
  const { port } = new URL(database.url);
  let connections = 0;
  const socket = createServer((inner) => {
    connections += 1;
    const outer = connect(Number(port), '127.0.0.1');
    inner.pipe(outer).on('error', () => inner.destroy());
    outer.pipe(inner).on('error', () => outer.destroy());
  });
  await new Promise<void>((resolve) => socket.listen(join(folder, '.s.PGSQL.5432'), resolve));
  onTestFinished(async () => {
    await new Promise((resolve) => socket.close(resolve));
    await rm(folder, { recursive: true });
  });
  const through = (url: string) => {
    const { username, password, pathname } = new URL(url);
    return `postgresql://${username}:${password}@${pathname}?host=${encodeURIComponent(folder)}`;
  };
  const [url, ownerUrl] = [through(database.url), through(database.ownerUrl)];
  const gateway = await startGateway({ url, ownerUrl });
  await eventually(async () => ((await listeners()).length === 1 ? true : undefined));
  const { body } = await gateway.ask('{ realtimeSessions(first: 1) { nodes { id } } }');
  expect(body).toEqual({ data: { realtimeSessions: { nodes: [] } } });
  await gateway.close();
  const { pool } = await openToRead(url);
  expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  // Pool, owner, listener, and those of the start.
  expect(connections).toBeGreaterThanOrEqual(5);
});

function listeners() {
  return database.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gatehouse-hints'`,
  );
}

test.each(['German', 'SQL, DMY', 'Postgres, MDY'])('a DateStyle (%s) does not matter', async (style) => {
  const options = `-c DateStyle=${style.replaceAll(' ', '')}`;
  await start({
    url: withParameters(database.url, { options }),
    ownerUrl: withParameters(database.ownerUrl, { options }),
  });
});

describe('a database that is opened to be read', () => {
  test('is not written to, whoever opens it', async () => {
    for (const url of [
      database.url,
      database.ownerUrl,
      withParameters(database.ownerUrl, { options: '-c default_transaction_read_only=off' }),
    ]) {
      const { pool, prisma } = await openToRead(url);
      await expect(pool.query(`INSERT INTO application (name) VALUES ('written')`)).rejects.toMatchObject({
        code: '25006',
      });
      expect((await prisma.application.findMany()).map(({ name }) => name)).toEqual(['default']);
    }
  });

  test('has the schema of this version: neither an older one, nor a newer one, nor none', async () => {
    const later = '29991231235959_later';
    await database.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('later', '', '${later}', now())`,
    );
    await expect(openToRead(database.url)).rejects.toThrow(
      `The database has the schema of a newer version (migration ${later}): use that version.`,
    );
    // What writes too is of use while a newer version is rolled out, as the gateways are.
    await (await openMigratedDatabase(configOf({}), { log, readOnly: false })).close();
    const [first] = await database.query<{ name: string; row: object }>(
      `WITH deleted AS (DELETE FROM _prisma_migrations WHERE id <> 'later' RETURNING *) SELECT migration_name AS name, to_json(deleted) AS row FROM deleted`,
    );
    await expect(openToRead(database.url)).rejects.toThrow(
      `The database has the schema of an older version (migration ${first?.name} is missing): use that version, or bring the database up to this one with 'gatehouse migrate'.`,
    );
    await database.query(
      `DELETE FROM _prisma_migrations;
       INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('early', '', '20200101000000_early', now())`,
    );
    await expect(openToRead(database.url)).rejects.toThrow('(migration 20200101000000_early)');
    await database.query('DELETE FROM _prisma_migrations');
    await database.query(
      'INSERT INTO _prisma_migrations SELECT * FROM json_populate_record(NULL::_prisma_migrations, $1)',
      [JSON.stringify(first?.row)],
    );
    await openToRead(database.url);

    const empty = await createDatabase({ empty: true });
    await expect(openToRead(empty.url)).rejects.toThrow('The database has no tables of Gatehouse');
    await empty.drop();
  });
});
