import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Browser } from 'happy-dom';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { createGatehouse } from '../../client/src/index.ts';
import { documentBlocks } from '../support/document-blocks.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { startFakeRealtime } from './fake-realtime.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Copies, which find the packages that are installed here (run.ts makes them). */
const EXAMPLES = join(import.meta.dirname, '.examples');

const database = useDatabase();
const gateway = useGateway(database);
const realtime = use(startFakeRealtime, ({ close }) => close());

const gatehouse = () => createGatehouse({ url: gateway.url, auth: ROOT_KEY });

const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.pid === undefined) continue;
    const ended = once(child, 'close');
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
});

/** A process in a group of its own, which is ended after the test. */
function start(command: string, args: readonly string[], cwd: string, env: Record<string, string>) {
  const child = spawn(command, args, {
    ...{ cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] },
    env: { ...process.env, GATEHOUSE_URL: gateway.url, ...env },
  });
  started.push(child);
  return child;
}

async function keyWith(
  scopes: Parameters<ReturnType<typeof gatehouse>['createApiKey']>[0]['scopes'],
): Promise<string> {
  const name = `app-${scopes.length}-${Math.random()}`;
  const created = await gatehouse().createApplication({ name });
  if (created.__typename !== 'CreateApplicationSuccess') throw new Error(created.message);
  const key = await gatehouse().createApiKey({ applicationId: created.application.id, name: 'test', scopes });
  if (key.__typename !== 'CreateApiKeySuccess') throw new Error(key.message);
  return key.value.reveal();
}

/** Opens a page, and clicks its only button. */
async function clickAt(url: string) {
  const browser = new Browser({
    settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true },
  });
  try {
    const page = browser.newPage();
    await page.goto(url);
    await page.waitUntilComplete();
    const { document } = page.mainFrame;
    const before = document.body.textContent;
    document.querySelector('button')?.click();
    await page.waitUntilComplete();
    return { before, after: document.querySelector('p')?.textContent ?? '' };
  } finally {
    await browser.close();
  }
}

const sessionsOf = async (prefix: string) => {
  const found: string[] = [];
  for await (const { user } of gatehouse().sessions())
    if (user.externalId?.startsWith(prefix)) found.push(user.externalId);
  return found;
};

test('the browser app shows when its secret expires, which the Node backend minted for its demo user at a click', async () => {
  const key = await keyWith(['SESSIONS_CREATE']);
  const env = { GATEHOUSE_KEY: key, COOKIE_SECRET: 'a-long-random-text-for-the-tests', PORT: '0' };
  const child = start('node', ['server.ts'], join(EXAMPLES, 'node-backend'), env);
  const url = await addressOf(child.stdout);

  const refused = await fetch(`${url}/api/token`, { method: 'POST' });
  expect([refused.status, await refused.json()]).toMatchObject([401, { error: { code: 'UNAUTHENTICATED' } }]);
  expect(await sessionsOf('demo-')).toEqual([]);

  const { before, after } = await clickAt(`${url}/`);
  expect(before).toContain('Nothing is minted before you click.');
  expect(after).toMatch(/^A client secret was minted. It expires at .+, in ([1-9]|[1-5]\d|60) seconds\.$/);
  expect(await sessionsOf('demo-')).toHaveLength(1);
});

test('the agents app connects with a secret of its own, and reports what its response used', async () => {
  const key = await keyWith(['SESSIONS_CREATE', 'USAGE_WRITE']);
  const env = { GATEHOUSE_KEY: key, REALTIME_BASE_URL: realtime.baseUrl };
  const child = start('node', ['app.ts'], join(EXAMPLES, 'agents-app'), env);
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(said).toBe('The agent said: Good morning.\nUsage of 1 responses was reported, of 0 not.\n');
  expect(code).toBe(0);
  expect(realtime.connections).toMatchObject([
    { url: '/v1/realtime?model=gpt-realtime-2.1', authorization: expect.stringMatching(/^Bearer ek_/) },
  ]);
  const now = Date.now();
  const report = await gatehouse().usage({
    filter: { from: new Date(now - 3_600_000).toISOString(), to: new Date(now + 3_600_000).toISOString() },
  });
  expect(report.totals).toMatchObject({ responses: 1, inputTextTokens: 20, outputTextTokens: 10 });
});

test('twenty lines lead from npm init to a secret in a page', async () => {
  const script =
    (await documentBlocks('README.md')).find(({ text }) => text.includes('npm init'))?.text ?? '';
  expect(script.trimEnd().split('\n').length).toBeLessThanOrEqual(20);

  const key = await keyWith(['SESSIONS_CREATE']);
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-quickstart-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const child = start('bash', ['-e', '-c', script], ROOT, {
    ...{ KEY: key, PORT: '0', TMPDIR: folder },
    // What an earlier run fetched need not be asked for again.
    ...{ npm_config_prefer_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' },
  });
  const { after } = await clickAt(await addressOf(child.stdout));
  expect(after).toMatch(/^ek_\w\w… expires at .*\d{4}/);
  expect(await sessionsOf('alice')).toHaveLength(1);
});

/** The first line that is an address; npm says more. */
async function addressOf(output: Readable): Promise<string> {
  for await (const line of createInterface(output)) if (line.startsWith('http')) return line;
  throw new Error('It ended before it said where it listens');
}
