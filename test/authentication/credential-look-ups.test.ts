import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { askAs, createApplication, createKey, madeUpFrom } from '../support/callers.ts';
import { useDatabase, useProxy } from '../support/fixture.ts';
import { ROOT_KEY, startGateway, type TestGateway } from '../support/gateway.ts';

const VIEWER = '{ viewer { kind } }';

const database = useDatabase();
const proxy = useProxy(database);
let gateway: TestGateway | undefined;
// Of two applications, so that each is a caller of its own.
let keys: string[] = [];
let ofAnother = '';

beforeAll(async () => {
  const maker = await startGateway(database);
  const { application } = await createApplication(maker, 'one');
  const another = await createApplication(maker, 'another');
  keys = await Promise.all(
    Array.from({ length: 5 }, async () => (await createKey(maker, application.id)).value),
  );
  ofAnother = (await createKey(maker, another.application.id)).value;
  await maker.close();
});
afterEach(async () => {
  proxy.refuse(false);
  await gateway?.close();
});

/** A gateway that knows none of the keys yet; answers the status of a request with a credential. */
async function start(env: Record<string, string>): Promise<(credential: string) => Promise<number>> {
  const started = await startGateway(proxy, env);
  gateway = started;
  return async (credential) => (await askAs(started, credential, VIEWER)).status;
}

describe('what a look-up may cost', () => {
  test('made-up keys are looked up as often as their address may ask, no more, however many come at once', async () => {
    const ask = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '3' });
    const before = proxy.statements();
    const statuses = await Promise.all(Array.from({ length: 50 }, () => ask(madeUpFrom(keys[0] ?? ''))));
    expect(statuses.filter((status) => status === 401)).toHaveLength(3);
    expect(statuses.filter((status) => status === 429)).toHaveLength(47);
    // Three, beside what runs in the background (on a busy machine about twenty statements): not one for each of the fifty.
    expect(proxy.statements() - before).toBeLessThan(30);
  });

  test('good keys give back what they used, and need none once they are known', async () => {
    const ask = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '1' });
    const [first = '', second = '', third = ''] = keys;
    expect([await ask(first), await ask(second)]).toEqual([200, 200]);
    expect(await ask(madeUpFrom(first))).toBe(401);
    // Not known here, and nothing left to look it up with.
    expect(await ask(third)).toBe(429);
    expect([await ask(first), await ask(second), await ask(ROOT_KEY)]).toEqual([200, 200, 200]);
  });

  test('a good key that comes fifty times at once is looked up once, and uses up nothing of its address', async () => {
    const ask = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '3' });
    const before = proxy.statements();
    const statuses = await Promise.all(Array.from({ length: 50 }, () => ask(keys[0] ?? '')));
    expect(statuses).toEqual(Array(50).fill(200));
    expect(proxy.statements() - before).toBeLessThan(30);
  });

  test('all keys of an application share its limit, another has its own', async () => {
    const ask = await start({ GATEHOUSE_REQUESTS_PER_MINUTE: '2' });
    const [first = '', second = ''] = keys;
    expect([await ask(first), await ask(second), await ask(first)]).toEqual([200, 200, 429]);
    expect([await ask(ofAnother), await ask(ROOT_KEY)]).toEqual([200, 200]);
  });

  test('while the ledger is away nobody is blamed for it', async () => {
    const ask = await start({ GATEHOUSE_ANONYMOUS_REQUESTS_PER_MINUTE: '1' });
    const [first = ''] = keys;
    proxy.refuse(true);
    for (let count = 0; count < 3; count += 1) expect(await ask(first)).toBe(503);
    proxy.refuse(false);
    expect(await ask(first)).toBe(200);
    expect(await ask('nonsense')).toBe(401);
  });
});
