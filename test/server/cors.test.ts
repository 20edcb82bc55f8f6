import { describe, expect, test } from 'vitest';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';

const APP = 'https://app.example';

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_CORS_ORIGINS: `${APP},http://127.0.0.1:3000` });
const closed = useGateway(database);

const corsOf = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

const EXPOSED = 'date, retry-after, www-authenticate, x-request-id';

const preflight = (url: string, origin: string | null, asked = 'authorization,content-type') =>
  fetch(url, {
    method: 'OPTIONS',
    headers: {
      ...(origin === null ? {} : { origin }),
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
    },
  });

const ask = (url: string, origin: string, authorization = `Bearer ${ROOT_KEY}`, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { origin, authorization, 'content-type': 'application/json', ...headers },
    body: '{"query":"{ viewer { name } }"}',
  });

describe('a listed origin', () => {
  test('its preflight is answered without a credential', async () => {
    const response = await preflight(gateway.url, APP);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '3600',
      'access-control-expose-headers': EXPOSED,
      vary: 'origin, access-control-request-headers',
    });
  });

  const many = Array.from({ length: 100 }, (_, index) => `x-${index}`);
  test.each<[string, string, readonly string[]]>([
    [
      'what tracing and clients send',
      'apollographql-client-name,baggage,sentry-trace,traceparent,x-openai-agents-sdk',
      ['apollographql-client-name', 'baggage', 'sentry-trace', 'traceparent', 'x-openai-agents-sdk'],
    ],
    ['any case and space, once', ' X-A , x-a,\tX-b', ['x-a', 'x-b']],
    ['every character that a name may have', "!#$%&'*+-.^_`|~09az", ["!#$%&'*+-.^_`|~09az"]],
    ['never the wildcard', '*,x-a', ['x-a']],
    ['no name that is none', 'x a,x(b),"x",x:c,,x/d,x-é,x-a', ['x-a']],
    ['no name without end', `${'x'.repeat(101)},${'y'.repeat(100)}`, ['y'.repeat(100)]],
    ['so many', many.join(), many.slice(0, 64)],
    ['none', '', []],
  ])('its pages may send the headers that they ask for: %s', async (_what, asked, allowed) => {
    const response = await preflight(gateway.url, APP, asked);
    expect(response.status).toBe(204);
    const names = response.headers.get('access-control-allow-headers')?.split(', ');
    expect(names).toEqual(['authorization', 'content-type', ...allowed]);
  });

  test('its pages may send those headers to a request, too', async () => {
    const headers = {
      'x-openai-agents-sdk': 'x',
      traceparent: '00-0-0-00',
      'apollographql-client-name': 'x',
    };
    const response = await ask(gateway.url, APP, undefined, headers);
    expect(response.status).toBe(200);
  });

  test.each([200, 401])('it may read an answer of %d', async (status) => {
    const response = await ask(gateway.url, APP, status === 200 ? undefined : 'Bearer wrong');
    expect(response.status).toBe(status);
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': APP,
      'access-control-expose-headers': EXPOSED,
      vary: 'origin',
    });
  });
});

describe.each([
  ['https://evil.example'],
  ['https://app.example.evil.example'],
  ['https://evil-app.example'],
  ['http://app.example'],
  ['https://app.example:8443'],
  ['https://APP.example'],
  ['https://app.example/'],
  ['null'],
  ['*'],
  [''],
])('the origin %j, which is not listed', (origin) => {
  test('its preflight is refused, and no answer is readable', async () => {
    const refused = await preflight(gateway.url, origin);
    expect(refused.status).toBe(403);
    expect(corsOf(refused)).toEqual({ vary: 'origin' });
    expect(corsOf(await ask(gateway.url, origin))).toEqual({ vary: 'origin' });
  });
});

test('a question without an origin is no preflight of anybody', async () => {
  const response = await preflight(gateway.url, null);
  expect(response.status).toBe(403);
  expect(corsOf(response)).toEqual({ vary: 'origin' });
});

test('without any listed origin there is nothing of it', async () => {
  expect((await preflight(closed.url, APP)).status).toBe(403);
  expect(corsOf(await ask(closed.url, APP))).toEqual({});
});
