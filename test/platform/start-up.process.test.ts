import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { useDatabase } from '../support/fixture.ts';
import { listen } from '../support/listen.ts';

// The real process, as an operator starts it: what it says, and how it ends.

const MAIN = join(import.meta.dirname, '../../src/main.ts');

// Not in the form of a credential: the last filter over the output must have nothing to do.
const CANARY = 'canary in a secret';
const secrets = {
  GATEHOUSE_ROOT_KEY: 'canary-root-key-0123456789-0123456789',
  GATEHOUSE_FINGERPRINT_KEY: Buffer.alloc(32, CANARY).toString('base64'),
  GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, `${CANARY} too`).toString('base64'),
  OPENAI_API_KEY: 'canary-api-key',
};
// Long, because a machine under load is no failure: each start takes about a second when it is idle.
const PATIENCE_MS = 60_000;
const PASSWORD = 'canary-password';

type Ended = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
};
type Running = {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with the fields of the first log line that has this message. */
  logged(msg: string): Promise<Record<string, unknown>>;
};

const children: ChildProcess[] = [];
const servers: Server[] = [];
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'gatehouse-start-'));
  // Where the tests run as root, the embedded PostgreSQL is another user.
  await chmod(root, 0o755);
});
const database = useDatabase();

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) server.close();
  await rm(root, { recursive: true, force: true });
});

/** A working directory of its own, with these files in it. */
async function folderWith(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(root, 'cwd-'));
  await chmod(folder, 0o755);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** A port that somebody listens on, who says nothing to those who connect. */
async function busyPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  servers.push(server);
  const port = await listen(server);
  return { port, server };
}

/** Starts the gateway with nothing in its environment but `env`. */
function start(cwd: string, env: Record<string, string>): Running {
  const child = spawn(process.execPath, [MAIN], {
    cwd,
    env: { ...env, ...COMPILE_CACHE },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  const written = { stdout: '', stderr: '' };
  const waiting = new Map<string, (fields: Record<string, unknown>) => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text;
    for (const line of logLines(written.stdout)) waiting.get(String(line['msg']))?.(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.stderr += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  return {
    child,
    ended,
    logged: async (msg) => {
      const line = new Promise<Record<string, unknown>>((resolve) => waiting.set(msg, resolve));
      const first = await Promise.race([line, ended]);
      if ('stderr' in first) throw new Error(`ended without "${msg}": ${JSON.stringify(first)}`);
      return first;
    },
  };
}

/** The complete lines, each of which must be JSON. */
function logLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** Of a gateway that must not start: one message, nothing beside it, no secret anywhere. */
async function expectRefusal(running: Running, message: string): Promise<void> {
  const { code, stdout, stderr } = await running.ended;
  expect(stderr).toBe(`Gatehouse cannot start. ${message}\n`);
  expect(code).toBe(1);
  for (const { level } of logLines(stdout)) expect(['info', 'warn']).toContain(level);
  expectNoSecret(stdout + stderr);
}

function expectNoSecret(output: string): void {
  for (const secret of [
    'canary',
    secrets.GATEHOUSE_FINGERPRINT_KEY,
    secrets.GATEHOUSE_AUDIT_KEY,
    new URL(database.url).password,
  ])
    expect(output).not.toContain(secret);
  expect(output).not.toMatch(/^\s+at /m);
}

function external() {
  const urls = { DATABASE_URL: database.url, DATABASE_OWNER_URL: database.ownerUrl };
  // The tests of a whole suite share the machine: nothing here is about how fast the database is.
  const others = { GATEHOUSE_PROVIDER: 'sandbox', GATEHOUSE_DATABASE_TIMEOUT_MS: '10000' };
  const ports = { PORT: '0', MANAGEMENT_PORT: '0', GATEHOUSE_SHUTDOWN_DELAY_MS: '0' };
  return { ...secrets, ...urls, ...others, ...ports };
}

// What else is refused goes this way, or that of a configuration that cannot be used: refused-starts.test.ts, config.process.test.ts.
describe.concurrent('a start', { timeout: PATIENCE_MS }, () => {
  test('that is refused, a PORT being in use, exits with 1 and one message', async () => {
    const { port } = await busyPort();
    await expectRefusal(
      start(await folderWith(), { ...external(), PORT: String(port) }),
      `Cannot listen on 127.0.0.1:${port} (EADDRINUSE). Set HOST or PORT to something free.`,
    );
  });

  test('refuses what is wrong in .env, over which the environment wins, serves, and drains on SIGTERM', async () => {
    const settings = external();
    const wrong = {
      PORT: 'canary',
      LOG_LEVEL: 'canary',
      DATABASE_OWNER_URL: 'canary',
      GATEHOUSE_POOL_SIZE: 'canary',
    };
    const lines = Object.entries({ ...settings, ...wrong });
    const folder = await folderWith({ '.env': lines.map(([name, value]) => `${name}=${value}\n`).join('') });
    await expectRefusal(
      start(folder, { PORT: '0' }),
      `The configuration cannot be used:
  DATABASE_OWNER_URL must be a postgresql:// URL that names its user, with special characters percent-encoded
  GATEHOUSE_POOL_SIZE must be a whole number from 1 to 1000
  LOG_LEVEL must be one of pino's levels
.env.example says what each variable means.`,
    );

    const { DATABASE_OWNER_URL } = settings;
    const running = start(folder, {
      PORT: '0',
      LOG_LEVEL: 'info',
      DATABASE_OWNER_URL,
      GATEHOUSE_POOL_SIZE: '10',
    });
    const { managementUrl } = await running.logged('ready');
    const ready = await fetch(`${managementUrl}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    running.child.kill('SIGTERM');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(logLines(stdout).at(-1)).toMatchObject({ msg: 'stopped' });
    expectNoSecret(stdout);
    // With a database of its own a gateway keeps nothing on disk.
    expect(await readdir(folder)).toEqual(['.env']);
  });

  test('prints a command to try when everything is embedded, with a key that the filter leaves alone', async () => {
    const folder = await folderWith();
    const data = join(folder, 'data');
    const env = { GATEHOUSE_DATA_DIR: data, PORT: '0', MANAGEMENT_PORT: '0' };

    const generated = start(folder, env);
    const { url, providers } = await generated.logged('ready');
    expect(providers).toEqual(['sandbox']);
    const rootKey = await readFile(join(data, 'root-key'), 'utf8');
    const answer = await fetch(`${url}?query={__typename}`, {
      headers: { authorization: `Bearer ${rootKey}` },
    });
    expect([answer.status, await answer.json()]).toEqual([200, { data: { __typename: 'Query' } }]);
    generated.child.kill('SIGTERM');
    expect(await generated.ended).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`Bearer $(cat '${data}/root-key')"`),
      stdout: expect.stringMatching(/NO PROVIDER IS CONFIGURED/),
    });
    expect((await generated.ended).stdout).not.toContain(rootKey);

    const given = start(folder, { ...env, ...secrets, GATEHOUSE_PROVIDERS: 'openai,sandbox' });
    const ready = await given.logged('ready');
    expect(ready['providers']).toEqual(['openai', 'sandbox']);
    const metrics = await (await fetch(`${ready['managementUrl']}/metrics`)).text();
    expect(metrics).toContain('gatehouse_output_redactions_total 0');
    // Starting takes more than thirty megabytes for new objects, and gives them back.
    const newSpace = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(metrics)?.[1];
    expect(Number(newSpace)).toBeLessThan(8 * 1024 ** 2);
    for (const provider of ['openai', 'sandbox'])
      expect(metrics).toContain(`gatehouse_circuit_open{provider="${provider}"} 0`);
    given.child.kill('SIGTERM');
    const { code, stdout, stderr } = await given.ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('Bearer $(echo $GATEHOUSE_ROOT_KEY)"')]);
    expect(stdout).toContain('THE SANDBOX IS ONE OF THE PROVIDERS');
    expect(stdout).not.toContain('NO PROVIDER');
    expectNoSecret(stdout + stderr);
  });

  test('is given up on SIGTERM, also while the database does not answer', async () => {
    const { port, server } = await busyPort();
    const connected = once(server, 'connection');
    const DATABASE_OWNER_URL = `postgresql://owner:${PASSWORD}@127.0.0.1:${port}/gatehouse`;
    // Longer than the test may take: it would not end in time if it waited for that.
    const GATEHOUSE_DATABASE_TIMEOUT_MS = '60000';
    const env = { ...external(), DATABASE_OWNER_URL, GATEHOUSE_DATABASE_TIMEOUT_MS };
    const running = start(await folderWith(), env);
    await Promise.race([connected, running.ended]);
    running.child.kill('SIGTERM');
    const { code, signal, stderr } = await running.ended;
    expect([code, signal, stderr]).toEqual([0, null, '']);
  });
});
