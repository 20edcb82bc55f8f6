import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EmbeddedPostgresError } from '../../../../src/platform/database/embedded/error.ts';
import { findPostmaster } from '../../../../src/platform/database/embedded/find-postmaster.ts';
import {
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../../../../src/platform/database/embedded/start-embedded-postgres.ts';
import { endServer, makeCluster, removeDataDirectory } from './data-directory.ts';

const asRoot = process.getuid?.() === 0;
const log = pino({ enabled: false });
let folder = '';

beforeAll(async () => {
  folder = await makeCluster();
});
afterAll(() => removeDataDirectory(folder));

/** The error of a start that must be refused; a start that succeeds is stopped and fails the test. */
async function refusal(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgresError> {
  const result = await startEmbeddedPostgres({ dataDirectory: folder, log, ...options }).catch(
    (error: unknown) => error,
  );
  if (result instanceof EmbeddedPostgresError) return result;
  if (typeof result === 'object' && result !== null && 'stop' in result) await endServer(folder);
  throw new Error('the start was not refused as it should be', { cause: result });
}

it.runIf(asRoot)('names the folder that the server cannot reach, the user, and what to do', async () => {
  const closed = join(folder, 'closed');
  await mkdir(closed);
  await chmod(closed, 0o700);
  const { code, message } = await refusal({ dataDirectory: join(closed, 'inner/data') });
  expect(code).toBe('FOLDER_UNREACHABLE');
  expect(message).toMatch(/the user "(postgres|_postgres|nobody)", and that user cannot pass /);
  expect(message).toContain(`cannot pass ${closed},`);
  for (const way of ['GATEHOUSE_DATA_DIR', 'normal user', 'DATABASE_URL']) expect(message).toContain(way);
});

it.skipIf(asRoot)('names the data directory that cannot be made', async () => {
  const closed = join(folder, 'closed');
  await mkdir(closed);
  await chmod(closed, 0o555);
  const { code, message } = await refusal({ dataDirectory: join(closed, 'data') });
  expect(code).toBe('FOLDER_UNUSABLE');
  expect(message).toContain(`${join(closed, 'data')} cannot be made or written to (EACCES)`);
});

it('refuses a data directory that is a file', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const { code, message } = await refusal({ dataDirectory: file });
  expect(code).toBe('FOLDER_UNUSABLE');
  expect(message).toContain(`${file} cannot be made or written to`);
});

it('refuses a folder with something else in the place of the cluster, and leaves it alone', async () => {
  const notes = join(folder, 'other/postgres/notes.txt');
  await mkdir(dirname(notes), { recursive: true });
  await writeFile(notes, 'mine');
  const { code, message } = await refusal({ dataDirectory: join(folder, 'other') });
  expect(code).toBe('CLUSTER_UNUSABLE');
  expect(message).toContain(dirname(notes));
  expect(await readFile(notes, 'utf8')).toBe('mine');
});

it('refuses a cluster without its password, or with another', async () => {
  const passwordFile = join(folder, 'postgres-password');
  const password = await readFile(passwordFile);
  await rm(passwordFile);
  expect(await refusal()).toMatchObject({
    code: 'PASSWORD_UNUSABLE',
    message: expect.stringContaining('ENOENT'),
  });
  await writeFile(passwordFile, 'another\n');
  expect(await refusal()).toMatchObject({
    code: 'PASSWORD_UNUSABLE',
    message: expect.stringContaining('not that of'),
  });
  expect(await findPostmaster(join(folder, 'postgres'))).toMatchObject({ state: 'absent' });
  await writeFile(passwordFile, password);
});

it('refuses a cluster of another major version', async () => {
  const versionFile = join(folder, 'postgres/PG_VERSION');
  await writeFile(versionFile, '15\n');
  const { code, message } = await refusal();
  await writeFile(versionFile, '18\n');
  expect(code).toBe('VERSION_MISMATCH');
  expect(message).toContain('made by PostgreSQL 15, and this Gatehouse brings PostgreSQL 18');
});

it("says what the server's log says when it does not start", async () => {
  const { code, message } = await refusal({ settings: { shared_buffers: 'plenty' } });
  expect(code).toBe('START_FAILED');
  expect(message).toContain('invalid value for parameter "shared_buffers": "plenty"');
});
