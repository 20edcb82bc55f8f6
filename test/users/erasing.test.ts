import type pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { columnName } from '../../src/platform/database/columns.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import type { SessionConfig } from '../../src/sessions/session-config.ts';
import {
  ISSUE,
  issue,
  readUser,
  reinstateUser,
  revokeSession,
  suspendUser,
  unknownId,
} from '../support/ask.ts';
import { askAs } from '../support/callers.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { dumpOf } from '../support/dump.ts';
import { eventually } from '../support/eventually.ts';
import { useIdentityProvider, useUpstream } from '../support/fixture.ts';
import { startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';
import { everythingSealed, findingsOf, GATEWAY_KEY } from '../support/trail.ts';
import { RESPONSE, readUsage, report } from '../support/usage.ts';

/** All that tells who somebody is, wherever it can stand. */
const ZOE = {
  externalId: 'zoe.quint@example.test',
  label: 'label-of-quint',
  instructions: 'Speak with Madame Quint, who lives by the sea.',
  voice: 'voice_of_quint',
  prompt: 'prompt-about-quint',
  keyword: 'keyword-of-quint',
  language: 'language-of-quint',
  tool: 'call_quint_at_home',
  idempotencyKey: 'key-of-quint',
  usage: 'usage-beside-the-numbers-of-quint',
  address: '203.0.113.77',
  userAgent: 'QuintPhone/1.0',
  reason: 'Quint lost her phone',
};
/** True for the fields of a session's config that may tell who somebody is, and are empty once they are erased. */
const ERASED = {
  type: false,
  model: false,
  modalities: false,
  instructions: true,
  voice: true,
  inputAudioFormat: false,
  outputAudioFormat: false,
  inputAudioTranscription: true,
  turnDetection: true,
  inputAudioNoiseReduction: false,
  tools: true,
  toolChoice: true,
  temperature: false,
  maxResponseOutputTokens: false,
  outputLanguage: true,
} satisfies Record<keyof SessionConfig, boolean>;
const PERSONAL_FIELDS = Object.entries(ERASED).flatMap(([field, erased]) => (erased ? [field] : []));
const INPUT = {
  labels: [{ key: 'note', value: ZOE.label }],
  instructions: ZOE.instructions,
  voice: ZOE.voice,
  inputAudioTranscription: {
    model: 'gpt-transcribe',
    languages: [ZOE.language],
    prompt: ZOE.prompt,
    keywords: [ZOE.keyword],
  },
  tools: [{ function: { name: ZOE.tool, parameters: { type: 'object' } } }],
  toolChoice: { mode: 'FUNCTION', name: ZOE.tool },
};
const PERIOD = { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

const ERASE = /* GraphQL */ `
  mutation Erase($id: ID!) {
    eraseUser(input: { id: $id }) {
      __typename
      ... on NotFoundError { message }
      ... on UserSuccess { user { id externalId erasedAt suspendedAt } }
    }
  }
`;
const TRAIL = /* GraphQL */ `
  query Trail($userId: ID!) {
    auditEvents(first: 100, filter: { userId: $userId }) {
      nodes { action outcome actor { kind name user { id externalId } } ipAddress userAgent detail }
    }
  }
`;

let database: TestDatabase;
const upstream = useUpstream();
const identity = useIdentityProvider();
let gateway: TestGateway;
let pool: pg.Pool;
beforeEach(async ({ onTestFinished }) => {
  upstream.reset();
  database = await createDatabase();
  gateway = await startGateway(database, env());
  pool = createPool({ url: database.superuserUrl, size: 1, timeoutMs: 20_000, onError: () => {} });
  onTestFinished(async () => {
    await pool.end();
    await gateway.close();
    await database.drop();
  });
});

const env = () => ({
  ...upstreamEnv(upstream.baseUrl),
  ...identity.env,
  GATEHOUSE_TRUSTED_PROXIES: '127.0.0.0/8,::1/128',
});
const erase = async (id: string) => (await gateway.ask(ERASE, { id })).body.data.eraseUser;
const asZoe = async (query: string, variables: object = {}) => {
  const token = await identity.sign({ sub: ZOE.externalId });
  const headers = { 'user-agent': ZOE.userAgent, 'x-forwarded-for': ZOE.address };
  return (await gateway.ask(query, { ...variables }, { ...headers, authorization: `Bearer ${token}` })).body;
};
/** What of somebody is found in all that is stored. */
const leftOf = async (person: Readonly<Record<string, string>> = ZOE) => {
  const dump = await dumpOf(database);
  return Object.keys(person).filter((name) => dump.includes(JSON.stringify(person[name] ?? '').slice(1, -1)));
};
/** The personal fields that any session still has. */
const unerasedFields = async () => {
  const filled = await database.query<{ name: string }>(
    `SELECT DISTINCT key AS name FROM realtime_session AS s, jsonb_each(to_jsonb(s))
     WHERE value NOT IN ('null', '[]')`,
  );
  const names = new Set(filled.map(({ name }) => name));
  return PERSONAL_FIELDS.filter((field) => names.has(columnName(field)));
};
const sealed = () => everythingSealed(database);
const findings = () => findingsOf(pool, { keys: [GATEWAY_KEY] });

/** Everything that can be stored about her, and the same of somebody else. */
async function fill(): Promise<{ id: string; sessions: string[] }> {
  // Refused before anybody has heard of her.
  await asZoe('{ applications { id } }');
  const own = await asZoe(ISSUE, { input: INPUT });
  if (!own.data?.createRealtimeSession.session) throw new Error(JSON.stringify(own));
  const session = own.data.createRealtimeSession.session;
  await asZoe(ISSUE, { input: { type: 'TRANSLATION', outputLanguage: ZOE.language } });
  const usage = { ...RESPONSE, about: ZOE.usage };
  const token = await identity.sign({ sub: ZOE.externalId });
  await report(
    gateway,
    { sessionId: session.id, responseId: 'resp_1', usage },
    { authorization: `Bearer ${token}` },
  );
  const asked = await issue(gateway, {
    ...INPUT,
    externalUserId: ZOE.externalId,
    idempotencyKey: ZOE.idempotencyKey,
  });
  await report(gateway, { sessionId: asked.session.id, responseId: 'resp_2', usage });
  await revokeSession(gateway, { id: asked.session.id, reason: ZOE.reason });
  await suspendUser(gateway, { externalUserId: ZOE.externalId, reason: ZOE.reason });
  await asZoe(ISSUE, { input: INPUT });
  await reinstateUser(gateway, session.user.id);
  upstream.next({ kind: 'answer', status: 400, body: { error: { message: ZOE.externalId } } });
  const failed = await asZoe(ISSUE, { input: INPUT });
  expect(await leftOf()).toEqual(Object.keys(ZOE));
  return {
    id: session.user.id,
    sessions: [session.id, asked.session.id, failed.data.createRealtimeSession.session.id],
  };
}

describe('eraseUser', () => {
  test('leaves nothing that tells who it was, and the trail as it was sealed', async () => {
    const { id } = await fill();
    await sealed();
    expect(await unerasedFields()).toEqual(PERSONAL_FIELDS);
    expect(await erase(id)).toEqual({
      __typename: 'UserSuccess',
      user: { id, externalId: null, erasedAt: expect.any(String), suspendedAt: null },
    });
    expect(await leftOf()).toEqual([]);
    expect(await unerasedFields()).toEqual([]);
    expect(await findings()).toEqual([]);
    await sealed();
    expect(await findings()).toEqual([]);
  });

  test('keeps what happened: times, states, numbers and costs', async () => {
    const { id, sessions } = await fill();
    const facts = () =>
      gateway.ask(
        `query Facts($ids: [ID!]!) { nodes(ids: $ids) { ... on RealtimeSession {
          id status createdAt issuedAt revokedAt exposedUntil model provider
          clientSecret { redacted fingerprint expiresAt } failure { code } usage { responses totalTokens costUsd } user { id }
        } } }`,
        { ids: sessions },
      );
    const usage = () => readUsage(gateway, { filter: PERIOD, groupBy: ['USER', 'DAY'] });
    const [factsBefore, { rows: rowsBefore, ...usageBefore }] = [await facts(), await usage()];
    await erase(id);
    expect((await facts()).body).toEqual(factsBefore.body);
    const { rows, ...totals } = await usage();
    expect(totals).toEqual(usageBefore);
    expect(rows.nodes.map(({ user: _, ...row }: { user: unknown }) => row)).toEqual(
      rowsBefore.nodes.map(({ user: _, ...row }: { user: unknown }) => row),
    );
    expect(rows.nodes[0].user.externalId).toBeNull();
  });

  test('says in the trail who erased, and no more who was erased', async () => {
    const { id } = await fill();
    const before = (await gateway.ask(TRAIL, { userId: id })).body.data.auditEvents.nodes;
    expect(before.map(({ actor }: { actor: { name: string } }) => actor.name)).toContain(ZOE.externalId);
    await erase(id);
    const [erased, ...rest] = (await gateway.ask(TRAIL, { userId: id })).body.data.auditEvents.nodes;
    expect(erased).toMatchObject({ action: 'user.erased', outcome: 'SUCCEEDED', actor: { name: 'root' } });
    expect(rest.map(({ action }: { action: string }) => action)).toEqual(
      before.map(({ action }: { action: string }) => action),
    );
    for (const { actor, ipAddress, userAgent, detail } of rest) {
      if (actor.kind === 'USER') {
        expect([actor.name, actor.user.id, actor.user.externalId]).toEqual(['end user', id, null]);
        expect([ipAddress, userAgent]).toEqual([null, null]);
      }
      expect(JSON.stringify(detail)).not.toContain('Quint');
    }
  });

  test('twice is once', async () => {
    const { id } = await fill();
    const [first, second] = await Promise.all([erase(id), erase(id)]);
    expect(second.user).toEqual({ ...first.user, erasedAt: expect.any(String) });
    const third = await erase(id);
    expect(await erase(id)).toEqual(third);
    expect(await database.query(`SELECT FROM audit_event WHERE action = 'user.erased'`)).toHaveLength(1);
    expect(await leftOf()).toEqual([]);
  });

  test('touches nobody else, and whoever comes with that name is somebody new', async () => {
    const { id } = await fill();
    const { session } = await issue(gateway, { ...INPUT, externalUserId: 'bob' });
    await suspendUser(gateway, { externalUserId: 'bob', reason: 'a reason about bob' });
    await erase(id);
    expect(await readUser(gateway, ZOE.externalId)).toBeNull();
    const named = 'query ($names: [String!]) { users(filter: { externalIds: $names }) { totalCount } }';
    const { body } = await gateway.ask(named, { names: [ZOE.externalId] });
    expect(body).toEqual({ data: { users: { totalCount: 0 } } });
    expect(await leftOf({ name: 'bob', reason: 'a reason about bob', label: ZOE.label })).toEqual([
      'name',
      'reason',
      'label',
    ]);
    expect((await readUser(gateway, 'bob')).id).toBe(session.user.id);
    const again = await issue(gateway, { externalUserId: ZOE.externalId });
    expect(again.session.user.id).not.toBe(id);
  });

  test('of nobody finds nobody, and needs USERS_WRITE', async () => {
    expect(await erase(unknownId('User'))).toMatchObject({ __typename: 'NotFoundError' });
    const { id } = await fill();
    const refused = await askAs(gateway, await identity.sign({ sub: ZOE.externalId }), ERASE, { id });
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([403, 'FORBIDDEN']);
    expect(await leftOf()).toEqual(Object.keys(ZOE));
  });
});

describe('while sessions are being issued', () => {
  test('what is on its way is given up, whoever is first', async () => {
    const { id } = await fill();
    const mints = 20;
    const release = Promise.withResolvers<void>();
    upstream.always({ kind: 'hold', until: release.promise });
    const before = upstream.calls.length;
    const asked = Array.from({ length: mints }, () => asZoe(ISSUE, { input: INPUT }));
    await eventually(async () => (upstream.calls.length === before + mints ? true : undefined));
    const erased = erase(id);
    release.resolve();
    const answers = await Promise.all(asked);
    const results = answers.map(({ data }) => data.createRealtimeSession.__typename);
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect((await erased).user.erasedAt).not.toBeNull();
    expect(await leftOf()).toEqual([]);
    const handedOver = results.filter((name) => name === 'CreateRealtimeSessionSuccess').length;
    const [issued] = await database.query<{ count: number }>(
      `SELECT count(*)::integer FROM realtime_session WHERE outcome = 'ISSUED'`,
    );
    // The three of before, and those that were settled first.
    expect(issued?.count).toBe(handedOver + 3);
    await sealed();
    expect(await findings()).toEqual([]);
  });
});

describe('an erasure that was interrupted', () => {
  test('is finished by the next gateway', async () => {
    const { id } = await fill();
    await gateway.close();
    // As far as the first transaction.
    await database.query(
      `SELECT begin_erasure(id, '{}', '{"actor_kind": "OPERATOR", "actor_name": "root"}') FROM end_user WHERE external_id = $1`,
      [ZOE.externalId],
    );
    expect(await leftOf()).not.toEqual([]);
    gateway = await startGateway(database, env());
    const erasedAt = await eventually(async () => {
      const { body } = await gateway.ask('query User($id: ID!) { user(id: $id) { erasedAt } }', { id });
      return body.data.user.erasedAt ?? undefined;
    });
    expect(erasedAt).toEqual(expect.any(String));
    expect(await leftOf()).toEqual([]);
  });
});
