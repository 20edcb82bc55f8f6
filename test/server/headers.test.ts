import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { sendRaw } from '../support/raw-http.ts';

const CHROMIUM = '/usr/bin/chromium';

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_GRAPHIQL: 'true' });

const EVERYWHERE = {
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
};
const LOCKED = { ...EVERYWHERE, 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" };
const AUTHORISED = { authorization: `Bearer ${ROOT_KEY}`, 'content-type': 'application/json' };

const CASES: readonly [string, number, string, RequestInit][] = [
  ['an answer', 200, '', { method: 'POST', headers: AUTHORISED, body: '{"query":"{ viewer { name } }"}' }],
  ['a refusal of GraphQL', 400, '', { method: 'POST', headers: AUTHORISED, body: '{"query":7}' }],
  ['no credential', 401, '', { method: 'POST' }],
  ['another place', 404, '/elsewhere', {}],
  ['another method', 405, '', { method: 'DELETE' }],
  ['another media type', 406, '', { headers: { ...AUTHORISED, accept: 'multipart/mixed' } }],
  [
    'another content type',
    415,
    '',
    { method: 'POST', headers: { authorization: AUTHORISED.authorization }, body: 'x' },
  ],
  ['a preflight', 403, '', { method: 'OPTIONS' }],
  ['a body that is too long', 413, '', { method: 'POST', headers: AUTHORISED, body: 'x'.repeat(300_000) }],
  ['a body that is no JSON', 400, '', { method: 'POST', headers: AUTHORISED, body: 'x' }],
];

test.each(CASES)('%s (%d) carries them all', async (_what, status, path, init) => {
  const response = await fetch(gateway.url + path, init);
  expect(response.status).toBe(status);
  expect(Object.fromEntries(response.headers)).toMatchObject(LOCKED);
  expect(response.headers.get('x-powered-by')).toBeNull();
  expect(response.headers.get('server')).toBeNull();
});

describe.each([
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/json', 'application/json'],
  ['application/json;q=0.5, application/graphql-response+json;q=0.1', 'application/json'],
  ['text/html, */*;q=0.8', 'application/json'],
])('to a client that accepts %s', (accept, type) => {
  test.each(CASES.filter(([what]) => what !== 'another media type'))(
    '%s (%d) is of that media type',
    async (_what, status, path, init) => {
      const headers = { ...init.headers, accept };
      const method = init.method ?? 'PUT';
      const response = await fetch(gateway.url + path, { ...init, method, headers });
      expect(response.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
      if (response.status !== 200) expect((await response.json()).errors).toHaveLength(1);
      // As GraphQL over HTTP has it, application/json has 200 for what GraphQL itself refuses.
      expect([status, 200]).toContain(response.status);
    },
  );
});

test.each([
  ['HTTP/1.1 without a host', 400, 'POST /graphql HTTP/1.1\r\n'],
  ['an expectation that is not known', 417, 'POST /graphql HTTP/1.1\r\nhost: x\r\nexpect: a-miracle\r\n'],
])('%s is answered like all others', async (_what, status, head) => {
  const bytes = `${head}accept: application/graphql-response+json\r\nconnection: close\r\n\r\n`;
  const answer = await sendRaw(gateway.url, bytes);
  expect(answer.status).toBe(status);
  expect(answer.head).toContain('content-type: application/graphql-response+json; charset=utf-8');
  expect(answer.head).toMatch(/^x-request-id: [0-9a-f-]{36}$/m);
  expect(answer.head).toContain(`content-security-policy: ${LOCKED['content-security-policy']}`);
  expect(JSON.parse(answer.body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test.each([
  ['what is not HTTP', 400, 'NOT HTTP\r\n\r\n'],
  ['headers that are too long', 431, `GET /graphql HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`],
])('even %s is answered with them, and in the form of all errors', async (_what, status, bytes) => {
  const { head, body, ...answer } = await sendRaw(gateway.url, bytes);
  expect(answer.status).toBe(status);
  for (const [name, value] of Object.entries(LOCKED)) {
    if (typeof value === 'string') expect(head).toContain(`${name}: ${value}`.toLowerCase());
  }
  expect(JSON.parse(body)).toEqual({
    errors: [
      { message: expect.any(String), extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) } },
    ],
  });
});

test('405 names the methods', async () => {
  const response = await fetch(gateway.url, { method: 'PUT' });
  expect(response.headers.get('allow')).toBe('GET, POST, OPTIONS');
});

describe('the GraphiQL page', () => {
  test('may run its own scripts, and load nothing', async () => {
    const response = await fetch(gateway.url, { headers: { accept: 'text/html' } });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    expect(Object.fromEntries(response.headers)).toMatchObject(EVERYWHERE);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-/);
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe/);
  });

  test('keeps nothing that is typed into it in the browser, where headers, variables and queries hold credentials', async () => {
    const response = await fetch(gateway.url, { headers: { accept: 'text/html' } });
    const html = await response.text();
    // Not toContain, which would print the whole page.
    expect(html.includes('"shouldPersistHeaders":false')).toBe(true);
    const [, first = ''] = /<script>(.*?)<\/script>/s.exec(html) ?? [];
    const hash = createHash('sha256').update(first).digest('base64');
    expect(response.headers.get('content-security-policy')).toContain(`'sha256-${hash}'`);
    expect(html.indexOf(first)).toBeLessThan(html.indexOf('renderYogaGraphiQL'));
    // The browser's storage, with what an earlier version left there.
    const stored: Record<string, unknown> = Object.create({
      removeItem: (key: string) => delete stored[key],
      setItem: (key: string, value: string) => (stored[key] = value),
    });
    stored['graphiql:headers'] = 'canary';
    stored['theme-of-another-page'] = 'dark';
    const urls: unknown[] = [];
    const page = createContext({
      localStorage: stored,
      history: { replaceState: (...args: unknown[]) => urls.push(args) },
    });
    runInContext(`globalThis.window = globalThis; ${first}`, page);
    // As GraphiQL stores, and as Yoga's page puts the query into the URL.
    const read = `localStorage.setItem('graphiql:tabState', 'canary'); history.replaceState({}, '', '?query=canary');
      localStorage.getItem('graphiql:tabState')`;
    expect(runInContext(read, page)).toBe('canary');
    expect(
      runInContext(
        `localStorage.removeItem('graphiql:tabState'); localStorage.getItem('graphiql:tabState')`,
        page,
      ),
    ).toBeNull();
    expect(stored).toEqual({ 'theme-of-another-page': 'dark' });
    expect(urls).toEqual([]);
  });

  test.skipIf(!existsSync(CHROMIUM))('works in a browser under that policy', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'gatehouse-chromium-'));
    try {
      const { stdout, stderr } = await promisify(execFile)(
        CHROMIUM,
        [
          '--headless',
          '--no-sandbox',
          '--disable-gpu',
          '--disable-quic',
          '--no-first-run',
          '--disable-background-networking',
          '--disable-component-update',
          '--disable-sync',
          '--enable-logging=stderr',
          `--user-data-dir=${profile}`,
          '--virtual-time-budget=2000',
          '--dump-dom',
          gateway.url,
        ],
        { maxBuffer: 64 * 2 ** 20, timeout: 18_000 },
      );
      const drawn = stdout.replaceAll(/<(script|style)\b.*?<\/\1>/gs, '');
      expect(drawn).toContain('graphiql-query-editor');
      // The editor has set its styles, and shows the document.
      expect(drawn).toContain('class="view-line"');
      expect(drawn).toContain('Put&nbsp;the&nbsp;root&nbsp;key');
      expect(stderr).not.toMatch(/Content Security Policy/i);
    } finally {
      await rm(profile, { recursive: true, force: true });
    }
  });
});
