import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/start-embedded-postgres.ts';
import { makeCluster, removeDataDirectory } from '../platform/database/embedded/data-directory.ts';
import { CREATE, TRAIL } from '../support/documents.ts';
import { useUpstream } from '../support/fixture.ts';
import { type Answer, startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const DATABASE_TIMEOUT_MS = 700;
const UPSTREAM_TIMEOUT_MS = 1500;
// Until a session that nobody settled reads UNCONFIRMED: the mint's deadline and the margin for settling.
const DEADLINE_MS = UPSTREAM_TIMEOUT_MS + 2 * DATABASE_TIMEOUT_MS + 1000;

let directory: string;
let postgres: EmbeddedPostgres;
let proxy: TcpProxy;
const upstream = useUpstream();
let gateway: TestGateway;

beforeAll(async () => {
  directory = await makeCluster();
  postgres = await startPostgres();
  proxy = await startTcpProxy(postgres.port);
  gateway = await startGateway(
    { url: throughProxy(postgres.applicationUrl), ownerUrl: postgres.ownerUrl },
    {
      ...upstreamEnv(upstream.baseUrl),
      GATEHOUSE_DATABASE_TIMEOUT_MS: String(DATABASE_TIMEOUT_MS),
      GATEHOUSE_UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
    },
  );
});

beforeEach(async () => {
  // Each test leaves a database that works again: recovery needs nobody's help.
  await expect.poll(ready, { timeout: 10_000 }).toBe(200);
  upstream.reset();
});

afterAll(async () => {
  await gateway?.close();
  await proxy?.close();
  await postgres?.stop();
  await removeDataDirectory(directory);
});

const create = () => gateway.ask(CREATE, { input: { externalUserId: 'alice' } });
const ready = async () => (await fetch(`${gateway.managementUrl}/health/ready`)).status;

async function startPostgres(): Promise<EmbeddedPostgres> {
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  return startEmbeddedPostgres({ dataDirectory: directory, log, settings: { fsync: 'off' } });
}

async function restartPostgres(): Promise<void> {
  postgres = await startPostgres();
  proxy.target(postgres.port);
}

function throughProxy(url: string): string {
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}

/** Signals the server and all of its processes: each leads a session of its own, so there is no group to signal. */
async function signalPostgres(signal: NodeJS.Signals): Promise<void> {
  const [postmaster] = (await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n');
  const { stdout } = await promisify(execFile)('pgrep', ['-P', String(postmaster)]);
  for (const pid of [postmaster, ...stdout.trim().split('\n')]) {
    try {
      process.kill(Number(pid), signal);
    } catch {
      // One that has ended since it was listed.
    }
  }
}

function expectUnavailable({ status, headers, body }: Answer): void {
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('1');
  expect(body.errors[0]).toMatchObject({
    message: 'The ledger is unavailable. Try again shortly.',
    extensions: { code: 'SERVICE_UNAVAILABLE' },
  });
  expect(upstream.calls).toEqual([]);
}

/** No secret in answer or log, and the session reads UNCONFIRMED once the ledger can be asked again. */
async function expectDropped({ body }: Answer): Promise<void> {
  const result = body.data.createRealtimeSession;
  expect(result).toMatchObject({
    __typename: 'UpstreamError',
    retryable: true,
    possiblyIssued: true,
    session: { status: 'UNCONFIRMED', clientSecret: null, failure: { code: 'not_recorded' } },
  });
  expect(upstream.minted).toHaveLength(1);
  const secret = upstream.minted[0]?.value ?? '';
  expect(JSON.stringify([body, gateway.logLines])).not.toContain(secret);
  await expect
    .poll(
      async () => {
        const trail = await gateway.ask(TRAIL, { id: result.session.id });
        return trail.body.data?.realtimeSession;
      },
      { timeout: DEADLINE_MS + 5000, interval: 200 },
    )
    .toMatchObject({ status: 'UNCONFIRMED' });
  const trail = await gateway.ask(TRAIL, { id: result.session.id });
  const actions = trail.body.data.realtimeSession.auditEvents.nodes.map(
    ({ action }: { action: string }) => action,
  );
  expect(actions).not.toContain('session.issued');
  expect(actions).toContain('session.requested');
}

test('stopped before the mint: SERVICE_UNAVAILABLE, not ready, and no upstream call', async () => {
  await postgres.stop();
  expectUnavailable(await create());
  expect(await ready()).toBe(503);
  await restartPostgres();
});

test('paused before the mint: SERVICE_UNAVAILABLE after the timeout, and no upstream call', async () => {
  await signalPostgres('SIGSTOP');
  const startedAt = performance.now();
  const answer = await create();
  await signalPostgres('SIGCONT');
  expectUnavailable(answer);
  expect(performance.now() - startedAt).toBeLessThan(DATABASE_TIMEOUT_MS + 1500);
});

test('stopped between mint and settle: the secret is dropped', async () => {
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: arrived.then(() => postgres.stop()) });
  const answer = await create();
  await restartPostgres();
  await expectDropped(answer);
});

test('paused between mint and settle: the secret is dropped, and what was sent meanwhile changes nothing', async () => {
  const arrived = upstream.nextCall();
  upstream.next({ kind: 'hold', until: arrived.then(() => signalPostgres('SIGSTOP')) });
  const answer = await create();
  await signalPostgres('SIGCONT');
  await expectDropped(answer);
});

test('crashed between mint and settle: the secret is dropped', async () => {
  const arrived = upstream.nextCall();
  const crash = async () => {
    await signalPostgres('SIGKILL');
    proxy.cut();
  };
  upstream.next({ kind: 'hold', until: arrived.then(crash) });
  await expectDropped(await create());
});

test('connections that break while idle are replaced', async () => {
  await create();
  proxy.cut();
  await expect.poll(async () => (await create()).status, { timeout: 5000 }).toBe(200);
});
