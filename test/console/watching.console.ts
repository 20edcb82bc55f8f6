import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { use } from '../support/fixture.ts';
import { listen } from '../support/listen.ts';
import { useBrowser } from './support/browser.ts';
import { findingsIn } from './support/findings.ts';
import { watchPages } from './support/watch-page.ts';

// That these tests would see what they promise to see: pages that do what the console must not do.

const SECRET = `ek_${'0123456789abcdef'.repeat(2)}`;
// In one piece, as what an answer or a field has; but not a text that is in the program.
const MADE = `['ek_', '0123456789abcdef', '0123456789abcdef'].join('')`;

const MAY_BE_ASKED = 'http://127.0.0.1:19';

/** Each a script of one page, with the finding that it must lead to. */
const WRONGS: readonly (readonly [script: string, finding: string])[] = [
  [`console.error('it was logged')`, 'console: it was logged'],
  [`throw new Error('it was thrown')`, 'uncaught: Error: it was thrown'],
  [`Promise.reject(new Error('it was rejected'))`, 'uncaught: Error: it was rejected'],
  [`try { eval('1') } catch {}`, 'securitypolicyviolation: script-src of eval'],
  [`document.body.setAttribute('style', 'color: red')`, 'securitypolicyviolation: style-src-attr of inline'],
  [
    `fetch('http://127.0.0.1:9/').catch(() => {})`,
    'securitypolicyviolation: connect-src of http://127.0.0.1:9/',
  ],
  [`fetch('${MAY_BE_ASKED}/').catch(() => {})`, `foreign request: ${MAY_BE_ASKED}/`],
  [`localStorage.setItem('key', ${MADE})`, 'a secret in local storage'],
  [`sessionStorage.setItem('key', ${MADE})`, 'a secret in session storage'],
  [`document.cookie = 'key=' + ${MADE}`, 'a secret in cookies'],
  [`history.replaceState(null, '', '?secret=' + ${MADE})`, 'a secret in address'],
  [`fetch('/quiet.js?secret=' + ${MADE})`, 'a secret in URL of /quiet.js'],
  [`document.body.append(${MADE})`, 'a secret in document'],
  [`globalThis.kept = { header: 'Bearer ' + ${MADE} }`, 'a secret in memory'],
];

const server = use(
  async () => {
    const http = createServer(({ url = '' }, response) => {
      const number = /^\/(\d+)\.js/.exec(url)?.[1];
      response.setHeader('content-security-policy', `default-src 'self' ${MAY_BE_ASKED}`);
      response.setHeader('content-type', url.includes('.js') ? 'text/javascript' : 'text/html');
      if (url.includes('.js')) response.end(WRONGS[Number(number)]?.[0]);
      else response.end(url === '/wrong' ? pageWith(WRONGS.keys()) : pageWith([]));
    });
    return { http, origin: `http://127.0.0.1:${await listen(http)}` };
  },
  ({ http }) => http.close(),
);
const browser = useBrowser();

function pageWith(scripts: Iterable<number>): string {
  const tags = [...scripts].map((number) => `<script src="/${number}.js"></script>`);
  return `<!doctype html><link rel="icon" href="/quiet.js"><title>a page</title><body>${tags.join('')}`;
}

async function findingsAt(path: string): Promise<string[]> {
  const context = await browser.newContext();
  const watched = await watchPages(context, [server.origin]);
  const page = await context.newPage();
  await page.goto(`${server.origin}${path}`, { waitUntil: 'networkidle' });
  const findings = await findingsIn(context, watched, new Set([SECRET]), async () => {});
  await context.close();
  return findings;
}

test('a page that does nothing wrong has no findings', async () => {
  expect(await findingsAt('/quiet')).toEqual([]);
});

test('one that does everything wrong has all of them', async () => {
  const findings = (await findingsAt('/wrong')).join('\n');
  for (const [, finding] of WRONGS) expect.soft(findings).toContain(finding);
});
