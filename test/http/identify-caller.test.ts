import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Authenticate, AuthenticationUnavailableError } from '../../src/http/authenticate.ts';
import { identifyCaller } from '../../src/http/identify-caller.ts';
import { close, listen } from '../../src/http/listen.ts';
import { createRateLimits, type RateLimits } from '../../src/http/rate-limits.ts';
import { OPERATOR } from '../support/actors.ts';

// The root key is known for free; what costs a look-up is shown here with credentials that do.
let looked = 0;
const authenticate: Authenticate = {
  known: (credential) => (credential === 'known' ? OPERATOR : null),
  verify: async (credential) => {
    looked += 1;
    if (credential === 'unavailable') throw new AuthenticationUnavailableError('ECONNREFUSED');
    return credential.startsWith('good') ? OPERATOR : null;
  },
};

let rateLimits: RateLimits;
const server = createServer((request, response) => {
  const rules = { authenticate, rateLimits, onUnauthenticated: () => {} };
  void identifyCaller(request, '203.0.113.9', rules).then((identified) => {
    response.statusCode = identified.kind === 'known' ? 200 : identified.status;
    response.end();
  });
});
let port: number;

beforeAll(async () => {
  port = await listen(server, 0, '127.0.0.1');
});
afterAll(() => close(server, 0));

const ask = async (credential: string) =>
  (await fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${credential}` } })).status;

const budget = (anonymousRequestsPerMinute: number, requestsPerMinute = 1000) => {
  looked = 0;
  rateLimits = createRateLimits({ anonymousRequestsPerMinute, requestsPerMinute, onLimited: () => {} });
};

describe('what a look-up may cost', () => {
  test('bad credentials are looked up as often as their address may ask, no more', async () => {
    budget(3);
    for (const expected of [401, 401, 401, 429, 429, 429]) expect(await ask('bad')).toBe(expected);
    expect(looked).toBe(3);
  });

  test('many at once get no more look-ups', async () => {
    budget(3);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => ask('bad')));
    expect(statuses.filter((status) => status === 401)).toHaveLength(3);
    expect(looked).toBe(3);
  });

  test('good ones give back what they used', async () => {
    budget(1);
    for (let count = 0; count < 5; count += 1) expect(await ask('good')).toBe(200);
    expect(await ask('bad')).toBe(401);
    expect(await ask('good')).toBe(429);
    expect(await ask('known')).toBe(200);
  });

  test('each caller has a limit of its own', async () => {
    budget(100, 2);
    expect([await ask('good-a'), await ask('good-a'), await ask('good-a')]).toEqual([200, 200, 429]);
    expect([await ask('good-b'), await ask('known')]).toEqual([200, 200]);
  });

  test('while it cannot be told who asks, nobody is blamed for it', async () => {
    budget(1);
    for (let count = 0; count < 3; count += 1) expect(await ask('unavailable')).toBe(503);
    expect(await ask('bad')).toBe(401);
  });
});
