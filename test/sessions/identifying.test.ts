import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { issue, passTime, revokeSession, trailOf } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import type { TestGateway } from '../support/gateway.ts';
import { uuidOf } from '../support/ids.ts';

const OLD_KEY = randomBytes(32).toString('base64');
const NEW_KEY = randomBytes(32).toString('base64');
const IDENTIFY = /* GraphQL */ `
  mutation Identify($input: IdentifyClientSecretInput!) {
    identifyClientSecret(input: $input) {
      __typename
      ... on NotFoundError { message }
      ... on IdentifyClientSecretSuccess {
        session {
          id status instructions issuedAt exposedUntil upstreamConfig
          user { id externalId } application { id name } clientSecret { redacted fingerprint expiresAt }
        }
      }
    }
  }
`;
const NOT_FOUND = { __typename: 'NotFoundError', message: 'Not found.' };

const database = useDatabase();
const gateway = useGateway(database, { GATEHOUSE_FINGERPRINT_KEY: OLD_KEY, LOG_LEVEL: 'trace' });
const rotated = useGateway(database, {
  GATEHOUSE_FINGERPRINT_KEY: `${NEW_KEY},${OLD_KEY}`,
  LOG_LEVEL: 'trace',
});
/** Has a newer key, and the older one still. */
let shop: { id: string };
let ofShop: Record<string, string>;
/** Reads the trail of everything, and nothing else. */
let auditor: Record<string, string>;
/** The same for what is the shop's. */
let shopAuditor: Record<string, string>;
const secrets: string[] = [];

beforeAll(async () => {
  shop = (await createApplication(gateway, 'shop')).application;
  const { application: audits } = await createApplication(gateway, 'audits');
  const keyOf = async (id: string, scope: string, reach?: string) =>
    bearer((await createKey(gateway, id, { scopes: [scope], ...(reach ? { reach } : {}) })).value);
  ofShop = await keyOf(shop.id, 'SESSIONS_CREATE');
  shopAuditor = await keyOf(shop.id, 'AUDIT_READ');
  auditor = await keyOf(audits.id, 'AUDIT_READ', 'EVERYTHING');
});

/** A session of the shop's, unless other headers say whose; and what was handed out. */
async function leaked(externalUserId: string, by: TestGateway = gateway, headers = ofShop) {
  const asking = { ask: (query: string, variables = {}) => by.ask(query, variables, headers) };
  const { session, clientSecret } = await issue(asking, { externalUserId });
  secrets.push(clientSecret.value);
  return { session, secret: clientSecret.value as string };
}

/** What the mutation answered, and the events that it left. */
async function identify(secret: string, headers = auditor, by: TestGateway = gateway) {
  const answer = await by.ask(IDENTIFY, { input: { secret } }, headers);
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.body.errors).toBeUndefined();
  const events = await database.query(
    `SELECT action, outcome, actor_kind, actor_name, application_id, user_id, session_id, detail
     FROM audit_event WHERE request_id = $1`,
    [answer.headers.get('x-request-id')],
  );
  return { result: answer.body.data.identifyClientSecret, events };
}

const FAILED = { action: 'secret.identified', outcome: 'FAILED', actor_kind: 'APPLICATION', detail: {} };
const NOBODY = { application_id: null, user_id: null, session_id: null };

describe('a leaked secret', () => {
  test('is found with all of its session, by AUDIT_READ alone, and audited once', async () => {
    const { session, secret } = await leaked('found');
    const { result, events } = await identify(secret);
    expect(result).toEqual({
      __typename: 'IdentifyClientSecretSuccess',
      session: {
        id: session.id,
        status: 'ACTIVE',
        instructions: null,
        upstreamConfig: expect.any(Object),
        issuedAt: session.issuedAt,
        exposedUntil: session.exposedUntil,
        user: { id: session.user.id, externalId: 'found' },
        application: { id: shop.id, name: 'shop' },
        clientSecret: session.clientSecret,
      },
    });
    expect(events).toEqual([
      {
        ...{
          action: 'secret.identified',
          outcome: 'SUCCEEDED',
          actor_kind: 'APPLICATION',
          actor_name: 'audits',
        },
        application_id: uuidOf(shop.id),
        user_id: uuidOf(session.user.id),
        session_id: uuidOf(session.id),
        detail: {},
      },
    ]);
    const trail = await trailOf(database, 'found');
    expect(trail.map(({ action }) => action)).toEqual([
      ...['session.requested', 'session.issued', 'secret.identified'],
    ]);
  });

  test.each<[string, string, (id: string) => Promise<unknown>]>([
    ['was revoked', 'REVOKED', (id) => revokeSession(gateway, { id })],
    ['has expired', 'EXPIRED', () => passTime(database, 'has expired', '40 days')],
  ])('is found after it %s', async (what, status, end) => {
    const { session, secret } = await leaked(what);
    await end(session.id);
    expect((await identify(secret)).result).toMatchObject({ session: { status } });
  });

  test('is found under every key in rotation', async () => {
    const { session: first, secret: issuedBefore } = await leaked('before rotating');
    const { session: second, secret: issuedAfter } = await leaked('after rotating', rotated);
    for (const [secret, { id }] of [
      [issuedBefore, first],
      [issuedAfter, second],
    ])
      expect((await identify(secret, auditor, rotated)).result).toMatchObject({ session: { id } });
    // A gateway that was not told the newer key yet cannot know it.
    expect((await identify(issuedAfter, auditor, gateway)).result).toEqual(NOT_FOUND);
  });

  test("of another application is not there, byte for byte, for who sees only its own's", async () => {
    const { session, secret } = await leaked('of the shop');
    expect((await identify(secret, shopAuditor)).result).toMatchObject({ session: { id: session.id } });

    const { session: others, secret: foreign } = await leaked('of another', gateway, {});
    expect(others.application.id).not.toBe(shop.id);
    const unknown = `${foreign.slice(0, -4)}none`;
    const [is, isNot] = await Promise.all(
      [foreign, unknown].map(async (value) => {
        const { headers, status, body } = await gateway.ask(
          IDENTIFY,
          { input: { secret: value } },
          shopAuditor,
        );
        const requestId = headers.get('x-request-id');
        const rest = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name));
        const [event] = await database.query(
          `SELECT action, outcome, application_id, user_id, session_id, detail FROM audit_event WHERE request_id = $1`,
          [requestId],
        );
        return { status, rest, text: JSON.stringify(body), event };
      }),
    );
    expect(is).toEqual(isNot);
    expect(is?.event).toEqual({ action: 'secret.identified', outcome: 'FAILED', ...NOBODY, detail: {} });
    // Whoever may see everything finds it.
    expect((await identify(foreign)).result).toMatchObject({ session: { id: others.id } });
  });
});

test.each([
  ['unknown', 'ek_of_nobody_0123456789abcdef'],
  ['empty', ''],
  ['blank', ' '],
  ['longer than any', 'ek_'.padEnd(4097, 'x')],
  ['with a NUL in it', 'ek_nul\0nul_0123456789'],
  ['with half a character in it', 'ek_half\ud83d_0123456789'],
  ['of another kind', 'gh_0123456789'],
])('what is %s is not found, audited, and not repeated', async (_, secret) => {
  const { result, events } = await identify(secret);
  expect(result).toEqual(NOT_FOUND);
  expect(events).toEqual([{ ...FAILED, actor_name: 'audits', ...NOBODY }]);
});

test('a secret with something around it is another one', async () => {
  const { secret } = await leaked('exact');
  for (const near of [` ${secret}`, `${secret}\n`, secret.toUpperCase(), secret.slice(0, -1)])
    expect((await identify(near)).result).toEqual(NOT_FOUND);
});

test.each([
  ['without AUDIT_READ', () => ofShop],
  ['without a credential', () => ({ authorization: 'Bearer nonsense' })],
])('nobody looks it up %s', async (_, headers) => {
  const { secret } = await leaked('forbidden');
  const { status, body, headers: answered } = await gateway.ask(IDENTIFY, { input: { secret } }, headers());
  expect([401, 403]).toContain(status);
  expect(body.data ?? null).toBeNull();
  const events = await database.query('SELECT action FROM audit_event WHERE request_id = $1', [
    answered.get('x-request-id'),
  ]);
  expect(events).toEqual(status === 403 ? [{ action: 'access.denied' }] : []);
});

test('nothing is answered when that it was asked for cannot be recorded', async () => {
  const { secret } = await leaked('unrecorded');
  await database.query(`
    CREATE FUNCTION refuse_identifying() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
    CREATE TRIGGER refuse_identifying BEFORE INSERT ON audit_event FOR EACH ROW
    WHEN (NEW.action = 'secret.identified') EXECUTE FUNCTION refuse_identifying()`);
  try {
    const { status, body } = await gateway.ask(IDENTIFY, { input: { secret } }, auditor);
    expect({ status, data: body.data }).toEqual({ status: 500, data: null });
  } finally {
    await database.query('DROP FUNCTION refuse_identifying CASCADE');
  }
});

test('none of the secrets is in a log line or in a row', async () => {
  expect(secrets.length).toBeGreaterThan(5);
  const tables = await database.query<{ name: string }>(
    "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  const rows = await Promise.all(
    tables.map(({ name }) => database.query(`SELECT to_jsonb(t) FROM ${name} t`)),
  );
  const places = JSON.stringify(rows) + gateway.logLines.join('') + rotated.logLines.join('');
  expect(places).toContain('secret.identified');
  expect(secrets.filter((secret) => places.includes(secret))).toEqual([]);
});
