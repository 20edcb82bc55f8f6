import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { loadConsole } from '../../src/server/console/load-console.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { sendRaw } from '../support/raw-http.ts';

const ISSUER = 'https://login.example.com/realms/people';
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self' https://login.example.com; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const database = useDatabase();
const gateway = useGateway(database, {
  GATEHOUSE_CONSOLE: 'true',
  GATEHOUSE_CONSOLE_OIDC_CLIENT_ID: 'console',
  GATEHOUSE_JWKS_URL: `${ISSUER}/keys`,
  GATEHOUSE_JWT_ISSUER: ISSUER,
  GATEHOUSE_JWT_AUDIENCE: 'https://gatehouse.example.com',
});
const without = useGateway(database);

const at = (path: string) => new URL(path, gateway.url).href;

/** What the page loads: its script and its style sheet. */
async function assets(): Promise<string[]> {
  const html = await (await fetch(at('/console/'))).text();
  return [...html.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
}

/** The bytes as they are sent, which fetch would decompress. */
async function rawBody(path: string, encoding: string) {
  const { promise, resolve, reject } = Promise.withResolvers<{ head: Headers; body: Buffer }>();
  const { get } = await import('node:http');
  get(at(path), { headers: { 'accept-encoding': encoding } }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const head = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) head.set(name, String(value));
      resolve({ head, body: Buffer.concat(chunks) });
    });
  }).on('error', reject);
  return promise;
}

describe('the page', () => {
  test.each([
    '/console/',
    '/console/sessions',
    '/console/users/VXNlcjox?tab=usage',
    '/console/a/b/c',
    '/console/%',
  ])('is answered at %s, and may run and ask nothing foreign', async (path) => {
    const response = await fetch(at(path));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toBe(POLICY);
    expect(response.headers.get('x-frame-options')).toBe('DENY');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const html = await response.text();
    expect(html).toContain('<div id="root">');
    // Neither would run.
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/);
    expect(html).not.toMatch(/https?:\/\//);
  });

  test('is found without the slash at the end', async () => {
    const response = await fetch(at('/console?x=1'), { redirect: 'manual' });
    expect(response.status).toBe(308);
    expect(response.headers.get('location')).toBe('/console/?x=1');
  });

  test('asks how people sign in', async () => {
    const response = await fetch(at('/console/config.json'));
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      oidc: {
        issuer: ISSUER,
        clientId: 'console',
        audience: 'https://gatehouse.example.com',
        scope: 'openid',
      },
      callsUrl: null,
    });
  });
});

describe('its files', () => {
  test('have a hash in their names, are kept for ever, and come compressed as the client can read them', async () => {
    const paths = await assets();
    expect(new Set(paths.map((path) => path.replace(/.*\./, '')))).toEqual(new Set(['css', 'js']));
    for (const path of paths) {
      expect(path).toMatch(/-[\w-]{8,}\.(?:js|css)$/);
      const plain = await rawBody(path, 'identity');
      expect(plain.head.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(plain.head.get('vary')).toContain('accept-encoding');
      expect(plain.head.get('content-encoding')).toBeNull();
      // The smallest would not become smaller.
      if (plain.body.length < 512) continue;
      const br = await rawBody(path, 'gzip, deflate, br');
      expect(br.head.get('content-encoding')).toBe('br');
      expect(brotliDecompressSync(br.body)).toEqual(plain.body);
      const gzip = await rawBody(path, 'gzip, br;q=0');
      expect(gzip.head.get('content-encoding')).toBe('gzip');
      expect(gunzipSync(gzip.body)).toEqual(plain.body);
    }
  });

  test('are less than 200 kB compressed, all that the first page loads', async () => {
    const sizes = await Promise.all(['/console/', ...(await assets())].map((path) => rawBody(path, 'br')));
    expect(sizes.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThan(200_000);
  });

  test('that are gone are no page', async () => {
    expect((await fetch(at('/console/assets/index-00000000.js'))).status).toBe(404);
  });

  test('without a hash in their names are asked for again, and sent only when they changed', async () => {
    const response = await fetch(at('/console/favicon.svg'));
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const etag = response.headers.get('etag') ?? '';
    const again = await fetch(at('/console/favicon.svg'), { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });
});

test.each(['/console/', '/console/favicon.svg', '/console/config.json'])(
  'HEAD %s has no body',
  async (path) => {
    const [head, get] = await Promise.all([fetch(at(path), { method: 'HEAD' }), fetch(at(path))]);
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'));
  },
);

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
  const response = await fetch(at('/console/'), { method });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('GET, HEAD');
});

test.each([
  '/console/../package.json',
  '/console/../../etc/passwd',
  '/console/%2e%2e/package.json',
  '/console/..%2fpackage.json',
  '/console/..%5cpackage.json',
  '/console/assets/../../package.json',
  '/console/assets/..%2f..%2fpackage.json',
  '/console//etc/passwd',
  '/console/.stamp',
  '/console/index.html.br',
  '/console/index.html%00.js',
  '/console/__proto__',
  '/console/assets/constructor',
])('%s leads to no other file', async (path) => {
  const { status, body, head } = await sendRaw(
    gateway.url,
    `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  );
  expect([200, 404]).toContain(status);
  if (status === 200) expect(head).toContain('content-type: text/html');
  expect(status === 404 || body.includes('<div id="root">')).toBe(true);
  expect(body).not.toMatch(/root:|"dependencies"/);
});

test('a folder that was not built stops a start that asks for it, and no other', async () => {
  const nowhere = join(import.meta.dirname, 'not-built');
  await expect(loadConsole(nowhere, { required: true })).rejects.toThrow(
    'GATEHOUSE_CONSOLE is true, but the console is not built. Build it with "npm run build -w gatehouse-console"',
  );
  expect(await loadConsole(nowhere, { required: false })).toBeNull();
});

test.each(['/console', '/console/', '/console/config.json', '/console/favicon.svg'])(
  'where it is off, %s is not there',
  async (path) => {
    expect((await fetch(new URL(path, without.url), { redirect: 'manual' })).status).toBe(404);
  },
);

test.each(['/consoles', '/console.js', '/Console/', '/x/console/'])('%s is not the console', async (path) => {
  expect((await fetch(at(path))).status).toBe(404);
});

test('each request leaves one line in the log, without its address', async () => {
  const before = gateway.logLines.length;
  await (await fetch(at('/console/sessions?user=alice'))).text();
  await expect.poll(() => gateway.logLines.length).toBe(before + 1);
  expect(gateway.logLines.at(-1)).not.toContain('alice');
});
