import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  askAs,
  askForKey,
  bearer,
  createApplication,
  createKey,
  madeUpFrom,
  revokeKey,
} from '../support/callers.ts';
import { eventually } from '../support/eventually.ts';
import { fewestStatements } from '../support/fewest-statements.ts';
import { useDatabase, useGateway, useProxy } from '../support/fixture.ts';
import { startGateway } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';

const VIEWER = '{ viewer { kind name scopes reach application { name } user { id } } }';

const database = useDatabase();
const proxy = useProxy(database);
const gateway = useGateway(proxy);
const other = useGateway(database);
let applicationId = '';

beforeAll(async () => {
  applicationId = (await createApplication(gateway, 'shop')).application.id;
});

describe('a key', () => {
  test('is shown once, and opens what it was made for', async () => {
    const { body } = await askForKey(gateway, {
      applicationId,
      name: 'backend',
      scopes: ['SESSIONS_READ', 'SESSIONS_CREATE', 'SESSIONS_READ'],
    });
    const { value, apiKey } = body.data.createApiKey;
    expect(value).toMatch(/^gh_[0-9A-Za-z]{71}$/);
    expect(apiKey).toEqual({
      id: expect.any(String),
      name: 'backend',
      redacted: `gh_…${value.slice(-4)}`,
      scopes: ['SESSIONS_READ', 'SESSIONS_CREATE'],
      reach: 'OWN_APPLICATION',
      createdAt: expect.any(String),
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    });
    const viewer = await askAs(gateway, value, VIEWER);
    expect(viewer.body.data.viewer).toEqual({
      kind: 'APPLICATION',
      name: 'shop',
      scopes: ['SESSIONS_READ', 'SESSIONS_CREATE'],
      reach: 'OWN_APPLICATION',
      application: { name: 'shop' },
      user: null,
    });
  });

  test('is kept as a hash only', async () => {
    const { value } = await createKey(gateway, applicationId);
    const tables = await database.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
    );
    for (const { name } of tables) {
      const rows = await database.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} AS t`);
      for (const { row } of rows) expect(row).not.toContain(value.slice(25, -6));
    }
    expect(gateway.logLines.join('')).not.toContain(value.slice(0, 30));
  });

  test('that is mistyped or cut off is refused without asking the ledger', async () => {
    const { value } = await createKey(gateway, applicationId);
    const last = value.at(-1) === 'A' ? 'B' : 'A';
    for (const wrong of [value.slice(0, -1), value.slice(0, -1) + last, `${value}0`, value.toLowerCase()]) {
      const ask = async () => expect((await askAs(gateway, wrong, VIEWER)).status).toBe(401);
      expect(await fewestStatements(proxy, ask)).toBe(0);
    }
  });

  test('with a right checksum and a wrong secret is refused', async () => {
    const { value } = await createKey(gateway, applicationId);
    const { status, body } = await askAs(gateway, madeUpFrom(value), VIEWER);
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  test('costs no statement once it is known', async () => {
    const { value } = await createKey(gateway, applicationId);
    const ask = () => askAs(gateway, value, '{ viewer { kind } }');
    await ask();
    expect(await fewestStatements(proxy, ask)).toBe(0);
    // Nor now and then. The root key has none to cost, so beside it as much runs in the background.
    const statementsOf = async (work: () => Promise<unknown>) => {
      const before = proxy.statements();
      await work();
      return proxy.statements() - before;
    };
    let more = 0;
    for (let n = 0; n < 50; n++)
      more += (await statementsOf(ask)) - (await statementsOf(() => gateway.ask('{ viewer { kind } }')));
    expect(more).toBeLessThan(10);
  });

  test('says when it was last used, to the minute', async () => {
    const { id, value } = await createKey(gateway, applicationId);
    const before = Date.now();
    // A gateway writes it down now and then, and when it ends.
    const third = await startGateway(database);
    await askAs(third, value, VIEWER);
    await third.close();
    const { body } = await gateway.ask(
      'query ($id: ID!) { node(id: $id) { ... on ApiKey { lastUsedAt } } }',
      { id },
    );
    const lastUsedAt = Date.parse(body.data.node.lastUsedAt);
    expect(lastUsedAt % 60_000).toBe(0);
    expect(lastUsedAt).toBeGreaterThan(before - 60_000);
    expect(lastUsedAt).toBeLessThanOrEqual(Date.now());
  });

  test('is refused from its expiry on, to the moment, though it was known', async () => {
    const expiresAt = new Date(Date.now() + 1500);
    const { value } = await createKey(gateway, applicationId, { expiresAt: expiresAt.toISOString() });
    expect((await askAs(gateway, value, VIEWER)).status).toBe(200);
    await eventually(async () => ((await askAs(gateway, value, VIEWER)).status === 401 ? true : undefined));
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 50);
    expect(Date.now()).toBeLessThan(expiresAt.getTime() + 500);
  });
});

describe('revoking a key', () => {
  test('ends it on every gateway within a second', async () => {
    const { id, value } = await createKey(gateway, applicationId);
    for (const replica of [gateway, other]) expect((await askAs(replica, value, VIEWER)).status).toBe(200);
    const revoked = await revokeKey(gateway, id);
    expect(revoked).toEqual({
      __typename: 'RevokeApiKeySuccess',
      apiKey: { id, revokedAt: expect.any(String) },
    });
    const revokedAt = performance.now();
    // Kept in use all the while: what is known must be forgotten, not only what is asked anew.
    const refusedAfter = [gateway, other].map(async (replica) => {
      while ((await askAs(replica, value, VIEWER)).status !== 401) await delay(20);
      return performance.now() - revokedAt;
    });
    for (const milliseconds of await Promise.all(refusedAfter)) expect(milliseconds).toBeLessThan(1000);
  });

  test('changes nothing the second time, and is written down once', async () => {
    const { id } = await createKey(gateway, applicationId);
    const first = await revokeKey(gateway, id);
    expect(await revokeKey(gateway, id)).toEqual(first);
    expect(await trailOf(id)).toEqual(['api_key.created', 'api_key.revoked']);
  });

  test.each([
    ['malformed', 'nonsense'],
    ['of another type', 'QXBwbGljYXRpb246MDE5MzAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw'],
    ['unknown', Buffer.from('ApiKey:01930000-0000-7000-8000-000000000000').toString('base64')],
  ])('finds none by an id that is %s', async (_, id) => {
    expect(await revokeKey(gateway, id)).toEqual({ __typename: 'NotFoundError', message: 'Not found.' });
  });
});

describe('while the ledger is away', () => {
  test('a known key is trusted for less than a second, and then nobody is let in or turned away for good', async () => {
    const { value } = await createKey(gateway, applicationId);
    expect((await askAs(gateway, value, '{ viewer { kind } }')).status).toBe(200);
    proxy.refuse(true);
    const awayAt = performance.now();
    try {
      const answer = await eventually(async () => {
        const asked = await askAs(gateway, value, '{ viewer { kind } }');
        return asked.status === 200 ? undefined : asked;
      });
      expect(performance.now() - awayAt).toBeLessThan(1500);
      expect(answer.status).toBe(503);
      expect(answer.body.errors[0].extensions.code).toBe('SERVICE_UNAVAILABLE');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      // The root key needs no ledger to be known.
      expect((await gateway.ask('{ viewer { kind } }')).status).toBe(200);
    } finally {
      proxy.refuse(false);
    }
    await eventually(async () =>
      (await askAs(gateway, value, '{ viewer { kind } }')).status === 200 ? true : undefined,
    );
  });
});

describe('making a key', () => {
  test.each([
    ['an empty name', { name: '' }, ['name']],
    ['a name that is too long', { name: 'n'.repeat(201) }, ['name']],
    ['a reach of people', { reach: 'SELF' }, ['reach']],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00Z' }, ['expiresAt']],
  ])('refuses %s', async (_, input, path) => {
    const { body } = await askForKey(gateway, { applicationId, name: 'k', scopes: [], ...input });
    expect(body.data.createApiKey).toEqual({
      __typename: 'InvalidInputError',
      issues: [{ path, message: expect.any(String) }],
    });
  });

  test('refuses what the granter lacks itself', async () => {
    const granter = await createKey(gateway, applicationId, {
      scopes: ['APPLICATIONS_WRITE', 'SESSIONS_READ'],
      reach: 'EVERYTHING',
    });
    const ask = (scopes: string[]) =>
      askForKey(gateway, { applicationId, name: 'k', scopes, reach: 'EVERYTHING' }, bearer(granter.value));
    expect((await ask(['SESSIONS_READ', 'USERS_WRITE'])).body.data.createApiKey).toEqual({
      __typename: 'InvalidInputError',
      issues: [{ path: ['scopes', '1'], message: 'is a scope that you do not have' }],
    });
    expect((await ask(['SESSIONS_READ'])).body.data.createApiKey.__typename).toBe('CreateApiKeySuccess');
  });

  test.each([
    ['malformed', 'nonsense'],
    ['unknown', Buffer.from('Application:01930000-0000-7000-8000-000000000000').toString('base64')],
  ])('finds no application by an id that is %s', async (_, id) => {
    const { body } = await askForKey(gateway, { applicationId: id, name: 'k', scopes: [] });
    expect(body.data.createApiKey).toEqual({ __typename: 'NotFoundError', message: 'Not found.' });
  });

  test('leaves an event that says what was granted and by whom, and no key', async () => {
    const { id, value } = await createKey(gateway, applicationId, { scopes: ['AUDIT_READ'] });
    const [event] = await database.query(
      `SELECT action, outcome, actor_kind, actor_name, detail FROM audit_event WHERE detail->>'apiKeyId' = $1`,
      [uuidOf(id)],
    );
    expect(event).toEqual({
      action: 'api_key.created',
      outcome: 'SUCCEEDED',
      actor_kind: 'OPERATOR',
      actor_name: 'root',
      detail: {
        apiKeyId: uuidOf(id),
        name: 'a key',
        scopes: ['AUDIT_READ'],
        reach: 'OWN_APPLICATION',
        expiresAt: null,
        lastFour: value.slice(-4),
      },
    });
  });
});

describe('registering an application', () => {
  test('is listed by name, and written down', async () => {
    const created = await createApplication(gateway, 'a dashboard');
    expect(created.application).toMatchObject({ name: 'a dashboard', apiKeys: [] });
    const { body } = await gateway.ask('{ applications { id name apiKeys { redacted } } }');
    const names = body.data.applications.map(({ name }: { name: string }) => name);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['a dashboard', 'default', 'shop']));
    const events = await database.query(
      `SELECT detail FROM audit_event WHERE action = 'application.created' AND application_id = $1`,
      [uuidOf(created.application.id)],
    );
    expect(events).toEqual([{ detail: { name: 'a dashboard' } }]);
  });

  test.each([
    ['an empty name', ''],
    ['a name that is taken', 'shop'],
    ['a name with NUL', 'a\0b'],
  ])('refuses %s', async (_, name) => {
    expect(await createApplication(gateway, name)).toEqual({
      __typename: 'InvalidInputError',
      issues: [{ path: ['name'], message: expect.any(String) }],
    });
  });

  test('of one name by many at once makes one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => createApplication(n % 2 === 0 ? gateway : other, 'raced')),
    );
    const made = answers.filter(({ __typename }) => __typename === 'CreateApplicationSuccess');
    expect(made).toHaveLength(1);
  });
});

async function trailOf(apiKeyId: string): Promise<string[]> {
  const events = await database.query<{ action: string }>(
    `SELECT action FROM audit_event WHERE detail->>'apiKeyId' = $1 ORDER BY id`,
    [uuidOf(apiKeyId)],
  );
  return events.map(({ action }) => action);
}
