import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { type Block, documentBlocks } from '../support/document-blocks.ts';
import { eventually } from '../support/eventually.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { RESPONSE } from '../support/usage.ts';

// What README says, done in its order: its shell commands by a shell, its operations over HTTP with the keys that it makes.
// Left out are its two commands (this runs within the one, test/platform/start-up.process.test.ts does the other) and the app in
// 20 lines, which test/clients makes.

const ROOT = join(import.meta.dirname, '../..');
const FINGERPRINT_KEY = Buffer.alloc(32, 3).toString('base64');
const DONE_ELSEWHERE = /^npm (start|test)|npm init/m;

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_FINGERPRINT_KEY: FINGERPRINT_KEY });
const folder = use(
  async () => ({ path: await mkdtemp(join(tmpdir(), 'readme-')) }),
  ({ path }) => rm(path, { recursive: true }),
);

/** What a reader has at hand after a step: the keys, and the ids of what was answered. */
type Reader = { key: string; desk: string; session: string; user: string };

test('every command and operation of README works, in their order', { timeout: 60_000 }, async () => {
  const reader: Reader = { key: '', desk: '', session: '', user: '' };
  const blocks = (await documentBlocks('README.md')).filter(({ text }) => !DONE_ELSEWHERE.test(text));
  const done: string[] = [];
  for (const block of blocks) done.push(await follow(block, reader));
  expect(done).toEqual([
    'keys',
    'createRealtimeSession',
    'reportUsage',
    'realtimeSessions users',
    'events',
    'realtimeSession usage',
    'suspendUser',
    'eraseUser',
    'commands',
  ]);
});

async function follow(block: Block, reader: Reader): Promise<string> {
  const where = `README.md:${block.line}`;
  switch (block.language) {
    case 'graphql':
      return operation(block.text, reader, where);
    case 'sh':
      if (block.text.startsWith('KEY=')) return makeKeys(block.text, reader, where);
      if (block.text.startsWith('curl ')) return watch(block.text, reader, where);
      return runCommands(block.text, where);
    default:
      throw new Error(`${where}: nobody knows how to follow a block of ${block.language}`);
  }
}

async function makeKeys(script: string, reader: Reader, where: string): Promise<string> {
  const { stdout, stderr, code } = await shell(`${script}\nprintf '%s\\n%s\\n' "$KEY" "$DESK"`);
  expect(code, `${where}: ${stderr}`).toBe(0);
  [reader.key = '', reader.desk = ''] = stdout.split('\n');
  expect([reader.key, reader.desk], where).toEqual([
    expect.stringMatching(/^gh_/),
    expect.stringMatching(/^gh_/),
  ]);
  return 'keys';
}

/** An operation is the application's until README comes to those who look after sessions: reading begins there. */
async function operation(query: string, reader: Reader, where: string): Promise<string> {
  const isOfApplication = /createRealtimeSession|reportUsage/.test(query);
  const variables = { session: reader.session, user: reader.user, usage: RESPONSE };
  const authorization = `Bearer ${isOfApplication ? reader.key : reader.desk}`;
  const { status, body } = await gateway.ask(query, variables, { authorization });
  expect({ status, errors: body.errors }, where).toEqual({ status: 200, errors: undefined });
  const kinds = Object.values<{ __typename?: string }>(body.data).map(({ __typename }) => __typename);
  for (const kind of kinds) expect(kind ?? 'Success', where).toMatch(/Success$/);
  const issued = body.data.createRealtimeSession;
  if (issued !== undefined) {
    reader.session = issued.session.id;
    await writeFile(join(folder.path, 'found.txt'), `${issued.clientSecret.value}\n`);
  }
  if (body.data.users !== undefined) {
    expect(body.data.realtimeSessions.nodes, where).toMatchObject([{ id: reader.session, status: 'ACTIVE' }]);
    reader.user = body.data.users.nodes[0].id;
  }
  return Object.keys(body.data).join(' ');
}

/** Reads events until one comes of a session that is issued meanwhile. */
async function watch(script: string, reader: Reader, where: string): Promise<string> {
  const child = spawn('bash', ['-c', `exec ${localize(script)}`], {
    env: { ...process.env, DESK: reader.desk },
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  try {
    await eventually(async () => {
      await gateway.ask(
        'mutation { createRealtimeSession(input: { externalUserId: "bob" }) { __typename } }',
        {},
        { authorization: `Bearer ${reader.key}` },
      );
      return said.includes('"ISSUED"') || undefined;
    });
    expect(said, where).toMatch(/"externalId":"bob"/);
  } finally {
    child.kill();
    await once(child, 'close');
  }
  return 'events';
}

async function runCommands(script: string, where: string): Promise<string> {
  const { stdout, stderr, code } = await shell(
    `set -e\n${script.replaceAll('found.txt', join(folder.path, 'found.txt'))}`,
  );
  expect(code, `${where}: ${stdout}${stderr}`).toBe(0);
  expect(stderr, where).toContain('The trail is what was sealed.');
  return 'commands';
}

/** Runs commands in the repository's folder, on the ledger of the test's gateway. */
async function shell(script: string) {
  const child = spawn('bash', ['-c', localize(script)], {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: folder.path,
      DATABASE_URL: database.url,
      DATABASE_OWNER_URL: database.ownerUrl,
      GATEHOUSE_ROOT_KEY: ROOT_KEY,
      GATEHOUSE_FINGERPRINT_KEY: FINGERPRINT_KEY,
      GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
    },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code };
}

const localize = (script: string) => script.replaceAll('http://127.0.0.1:4000/graphql', gateway.url);
