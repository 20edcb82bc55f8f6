import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import { loadConfig } from '../../src/platform/config/config.ts';
import { describeFailure } from '../../src/platform/process/describe-failure.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { registry } from '../../src/providers/registry.ts';
import { useDatabase } from '../support/fixture.ts';
import { listen } from '../support/listen.ts';

// Why a gateway does not start, in the words that its process prints: start-up.process.test.ts shows that it prints
// them, and ends with 1.

const PASSWORD = 'canary-password';
const CANARY = 'canary in a secret';
const secrets = {
  GATEHOUSE_ROOT_KEY: 'canary-root-key-0123456789-0123456789',
  GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, CANARY).toString('base64'),
  GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, `${CANARY} too`).toString('base64'),
  OPENAI_API_KEY: 'canary-api-key',
};

const database = useDatabase();
const empty = useDatabase({ empty: true });

const external = () => ({
  ...secrets,
  DATABASE_URL: database.url,
  DATABASE_OWNER_URL: database.ownerUrl,
  GATEHOUSE_PROVIDER: 'sandbox',
  // The tests of a whole suite share the machine: nothing here is about how fast the database is.
  GATEHOUSE_DATABASE_TIMEOUT_MS: '10000',
  PORT: '0',
  MANAGEMENT_PORT: '0',
});

/** Starts a gateway that must not start, and expects this message, no error in its log, and no secret anywhere. */
async function expectRefusal(env: Record<string, string>, message: string): Promise<void> {
  const lines: string[] = [];
  const config = loadConfig(env, registry);
  const destination = { write: (line: string) => void lines.push(line) };
  const log = createLogger({ level: config.logLevel, pretty: false, destination });
  const failure = await createApp(config, { log }).then(
    async (app) => {
      await app.close();
      throw new Error('it started');
    },
    (error: unknown) => describeFailure(error),
  );
  expect(failure).toBe(message);
  for (const line of lines) expect(line).toMatch(/^\{"level":"(?:info|warn)"/);
  for (const secret of [
    'canary',
    secrets.GATEHOUSE_FINGERPRINT_KEY,
    secrets.GATEHOUSE_AUDIT_KEY,
    new URL(database.url).password,
  ])
    expect(failure + lines.join('')).not.toContain(secret);
}

/** A port that somebody listens on, who says nothing to those who connect. */
async function busyPort(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  const port = await listen(server);
  onTestFinished(() => void server.close());
  return {
    port,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

const databaseAt = (port: number) => `postgresql://gatehouse:${PASSWORD}@127.0.0.1:${port}/gatehouse`;

function withPassword(url: string, password: string): string {
  const changed = new URL(url);
  changed.password = password;
  return changed.href;
}

test('a database that refuses connections', async () => {
  const { port, close } = await busyPort();
  await close();
  await expectRefusal(
    { ...external(), DATABASE_URL: databaseAt(port) },
    'The database of DATABASE_URL cannot be reached (ECONNREFUSED).',
  );
});

test('a database that does not answer', async () => {
  const { port } = await busyPort();
  await expectRefusal(
    { ...external(), DATABASE_URL: databaseAt(port), GATEHOUSE_DATABASE_TIMEOUT_MS: '100' },
    'The database of DATABASE_URL cannot be reached (connection_timeout).',
  );
});

test.each(['DATABASE_URL', 'DATABASE_OWNER_URL'] as const)('a wrong password in %s', async (variable) => {
  const url = variable === 'DATABASE_URL' ? database.url : database.ownerUrl;
  await expectRefusal(
    { ...external(), [variable]: withPassword(url, PASSWORD) },
    `The database of ${variable} cannot be used (28P01): the user or its password is wrong.`,
  );
});

test('two roles in two databases', async () => {
  await expectRefusal(
    { ...external(), DATABASE_URL: empty.url },
    'DATABASE_URL and DATABASE_OWNER_URL must lead to the same database and schema: they name two databases, or the search_path of their users differs.',
  );
});

test.each(['PORT', 'MANAGEMENT_PORT'])('a %s in use', async (variable) => {
  const { port } = await busyPort();
  await expectRefusal(
    { ...external(), [variable]: String(port) },
    `Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Set HOST or ${variable} to something free.`,
  );
});

test('a data directory that cannot be written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-refused-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), '');
  const data = join(folder, 'file/data');
  await expectRefusal(
    { ...secrets, GATEHOUSE_DATA_DIR: data },
    `The data directory ${data} cannot be made or written to (ENOTDIR). Set GATEHOUSE_DATA_DIR to a folder that this user may write, or set DATABASE_URL.`,
  );
});
