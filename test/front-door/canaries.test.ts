import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportTrail } from '../../src/commands/export-trail.ts';
import { exportUsage } from '../../src/commands/export-usage.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createPrisma } from '../../src/platform/database/prisma.ts';
import { CREATE, READ, SESSION_FIELDS, TRAIL } from '../support/documents.ts';
import { dumpOf } from '../support/dump.ts';
import { openStream } from '../support/event-stream.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

/** In every place where a secret can sit, one that can be told from all others. */
const CANARIES = {
  providerKey: 'sk-canaryProviderKey0123456789',
  authorization: 'canary-mcp-authorization-0123456789',
  header: 'canary-header-value-0123456789',
  urlUser: 'canaryUrlUser',
  urlPassword: 'canaryUrlPassword',
  urlQuery: 'canaryUrlQuery',
  instructions: 'sk-canaryInstructions0123456789',
  description: 'ghp_canaryDescription0123456789abcdef',
  transcriptionPrompt: 'xai-canaryPrompt0123456789',
  transcriptionKeyword: 'sk-canaryKeyword0123456789',
  transcriptionLanguage: 'ek_canary_language_0123456789',
  connector: 'sk-canaryConnector0123456789',
  label: 'AKIACANARYLABEL01234',
  parameter: 'eyJjYW5hcnkiOiJwYXJhbWV0ZXIifQ.eyJjYW5hcnkiOiJwYXJhbWV0ZXIifQ.canaryParameterSignature',
  extra: 'Bearer canaryExtra0123456789',
  userAgent: 'Bearer canaryUserAgent0123456789',
  prose: 'canary-of-upstream-prose',
  proseCode: 'ek_canary_in_a_code_0123456789',
  // Of any form: whose secret was asked for is nowhere to be kept, not even replaced.
  leakedVariable: 'canary-leaked-variable-0123456789',
  leakedLiteral: 'canary-leaked-literal-0123456789',
  auditFilter: 'canary-audit-filter-0123456789',
  usageKey: 'ek_canary_usage_key_0123456789',
  usageValue: 'ek_canary_usage_value_0123456789',
  usageNested: 'canary-usage-authorization-0123456789',
  responseId: 'ek_0ca0a91e5b0de1d0123456789abcdef0',
  usageModel: 'sk-canaryUsageModel0123456789abcdef',
  externalUserId: 'ek_0ca0a9e8e41d0123456789abcdef0123',
  idempotencyKey: 'sk-canaryIdempotencyKey0123456789ab',
  applicationName: 'gh_canaryApplicationName0123456789',
  keyName: 'xai-canaryKeyName0123456789',
  erasedUser: 'canary-erased-user-0123456789',
  policyModel: 'sk-canaryPolicyModel0123456789abcde',
  policyBudget: 'canary-policy-budget-0123456789',
  suspendReason: 'ek_canary_suspend_reason_0123456789',
  revokeReason: 'ek_canary_revoke_reason_0123456789',
};

const input = {
  externalUserId: 'alice',
  instructions: `Use ${CANARIES.instructions} for everything.`,
  inputAudioTranscription: {
    model: 'gpt-transcribe',
    languages: [CANARIES.transcriptionLanguage],
    prompt: `key ${CANARIES.transcriptionPrompt}`,
    keywords: [`key ${CANARIES.transcriptionKeyword}`],
  },
  labels: [{ key: 'note', value: CANARIES.label }],
  tools: [
    {
      mcp: {
        serverLabel: 'billing',
        serverUrl: `https://${CANARIES.urlUser}:${CANARIES.urlPassword}@mcp.example/sse?token=${CANARIES.urlQuery}`,
        serverDescription: `ask with ${CANARIES.description}`,
        authorization: CANARIES.authorization,
        headers: [{ name: 'X-Api-Key', value: CANARIES.header }],
      },
    },
    { mcp: { serverLabel: 'mail', connectorId: CANARIES.connector } },
    {
      function: {
        name: 'pay',
        parameters: {
          type: 'object',
          properties: { token: { type: 'string', default: CANARIES.parameter } },
        },
      },
    },
  ],
  extra: { prompt: { id: 'pmpt_1', variables: { note: CANARIES.extra } } },
};

const WATCH = /* GraphQL */ `
  subscription Watch { sessionEvents { id type at session { id ...SessionFields } } }
  ${SESSION_FIELDS}
`;

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  OPENAI_API_KEY: CANARIES.providerKey,
  GATEHOUSE_UPSTREAM_TIMEOUT_MS: '1000',
  LOG_LEVEL: 'trace',
}));
const answers: unknown[] = [];
const handedOver: string[] = [];

beforeAll(async () => {
  await exercise();
});

/** Every way that a mint can end, and every way to read about it afterwards. */
async function exercise(): Promise<void> {
  const error = {
    message: `${CANARIES.prose} ${CANARIES.authorization}`,
    type: CANARIES.prose,
    param: CANARIES.prose,
  };
  upstream.next({ kind: 'echo' });
  upstream.next({ kind: 'answer', status: 400, body: { error: { ...error, code: CANARIES.proseCode } } });
  upstream.next({ kind: 'answer', status: 500, body: CANARIES.prose });
  upstream.next({ kind: 'stallInBody' });
  upstream.next({
    kind: 'respond',
    respond: () => ({
      status: 200,
      headers: { 'x-request-id': CANARIES.proseCode },
      body: {
        value: 'ek_the_secret_that_upstream_repeats',
        expires_at: Math.floor(Date.now() / 1000) + 600,
        session: {
          id: 'sess_1',
          object: CANARIES.prose,
          instructions: `ek_the_secret_that_upstream_repeats ${CANARIES.providerKey}`,
          client_secret: { value: 'ek_the_secret_that_upstream_repeats' },
          somewhere: { else: [`the value was ${CANARIES.authorization}`], authorization: CANARIES.header },
        },
      },
    }),
  });
  const stream = await openStream(gateway.url, { query: WATCH });
  for (let call = 0; call < 5; call += 1) {
    const { body } = await gateway.ask(CREATE, { input }, { 'user-agent': CANARIES.userAgent });
    const result = body.data.createRealtimeSession;
    if (result.clientSecret) {
      handedOver.push(result.clientSecret.value);
      result.clientSecret.value = 'taken';
    }
    answers.push(body);
    const { id } = result.session;
    answers.push((await gateway.ask(READ, { id })).body, (await gateway.ask(TRAIL, { id })).body);
  }
  await exerciseOthers();
  // What each of them came to, as subscribers are told.
  answers.push(await stream.take(7));
  stream.close();
  // Refused before anything is reserved, with the secrets in what is wrong.
  answers.push((await gateway.ask(CREATE, { input: { ...input, voice: '' } })).body);
  answers.push(
    (await gateway.ask(CREATE, { input: { ...input, modalities: [CANARIES.instructions] } })).body,
  );
  answers.push((await gateway.ask(`{ node(id: "${CANARIES.instructions}") { id } }`)).body);
  answers.push((await gateway.ask(`{ ${'canaryProse'} }`)).body);
  const state = await gateway.ask(
    '{ gateway { version providers { name circuitOpen } trail { unsealedEvents } defaultPolicy { allowedModels } pricedModels } }',
  );
  expect(state.body.data.gateway.providers).toEqual([{ name: 'openai', circuitOpen: false }]);
  answers.push(state.body);
  answers.push(
    (
      await gateway.ask(
        '{ realtimeSessions { nodes { id instructions upstreamConfig auditEvents { nodes { userAgent detail } } } } }',
      )
    ).body,
  );
}

/** The mutations and filters beside, each with a secret where it does not belong or, to be looked up, does. */
async function exerciseOthers(): Promise<void> {
  const ask = async (query: string, variables = {}) => {
    const { body } = await gateway.ask(query, variables);
    answers.push(body);
    return body.data;
  };
  const IDENTIFY = `mutation ($input: IdentifyClientSecretInput!) {
    identifyClientSecret(input: $input) { __typename ... on IdentifyClientSecretSuccess { session { id } } }
  }`;
  const { identifyClientSecret } = await ask(IDENTIFY, { input: { secret: handedOver[0] } });
  const sessionId = identifyClientSecret.session.id;
  await ask(IDENTIFY, { input: { secret: CANARIES.leakedVariable } });
  const { leakedLiteral } = CANARIES;
  for (const literal of [
    `"${leakedLiteral}"`,
    `["${leakedLiteral}"]`,
    `"${leakedLiteral}`,
    `"""${leakedLiteral}"""`,
  ])
    await ask(`mutation { identifyClientSecret(input: { secret: ${literal} }) { __typename } }`);
  await ask(IDENTIFY, { input: { secret: CANARIES.leakedVariable, [CANARIES.leakedVariable]: 1 } });
  await ask(IDENTIFY, { input: { secret: { value: CANARIES.leakedVariable } } });

  const usage = {
    ...{ type: 'duration', seconds: 1, note: CANARIES.usageValue, [CANARIES.usageKey]: 1 },
    deep: [{ authorization: CANARIES.usageNested }],
  };
  const REPORT = 'mutation ($input: ReportUsageInput!) { reportUsage(input: $input) { __typename } }';
  const kept = await ask(REPORT, { input: { sessionId, responseId: 'resp_1', usage } });
  expect(kept.reportUsage.__typename).toBe('ReportUsageSuccess');
  await ask(REPORT, { input: { sessionId, responseId: CANARIES.responseId, usage } });
  await ask(REPORT, { input: { sessionId, responseId: 'resp_2', model: CANARIES.usageModel, usage } });
  await ask(REPORT, { input: { sessionId, responseId: 'resp_3', usage: CANARIES.usageValue } });

  const { externalUserId, idempotencyKey } = CANARIES;
  for (const input of [{ externalUserId }, { externalUserId: 'carol', idempotencyKey }])
    expect((await ask(CREATE, { input })).createRealtimeSession.__typename).toBe('InvalidInputError');
  const CREATE_APPLICATION =
    'mutation ($name: String!) { createApplication(input: { name: $name }) { __typename ... on CreateApplicationSuccess { application { id } } } }';
  await ask(CREATE_APPLICATION, { name: CANARIES.applicationName });
  const { createApplication } = await ask(CREATE_APPLICATION, { name: 'shop' });
  await ask('mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename } }', {
    input: { applicationId: createApplication.application.id, name: CANARIES.keyName, scopes: [] },
  });
  for (const mutation of ['reinstateUser', 'eraseUser', 'revokeApiKey'])
    await ask(`mutation ($id: ID!) { ${mutation}(input: { id: $id }) { __typename } }`, {
      id: CANARIES.erasedUser,
    });

  const POLICY = 'mutation ($input: SetPolicyInput!) { setPolicy(input: $input) { __typename } }';
  await ask(POLICY, { input: { externalUserId: 'carol', allowedModels: ['m', CANARIES.policyModel] } });
  await ask(POLICY, { input: { externalUserId: 'carol', monthlyBudgetUsd: CANARIES.policyBudget } });
  await ask(POLICY, { input: { userId: CANARIES.policyModel, maxTtlSeconds: 60 } });
  await ask(POLICY, { input: { externalUserId, maxTtlSeconds: 60 } });
  const suspended = await ask(
    'mutation ($input: SuspendUserInput!) { suspendUser(input: $input) { __typename } }',
    { input: { externalUserId: 'dave', reason: `had ${CANARIES.suspendReason}` } },
  );
  expect(suspended.suspendUser.__typename).toBe('UserSuccess');
  const revoked = await ask(
    'mutation ($input: RevokeRealtimeSessionInput!) { revokeRealtimeSession(input: $input) { __typename } }',
    { input: { id: sessionId, reason: `found ${CANARIES.revokeReason}` } },
  );
  expect(revoked.revokeRealtimeSession.__typename).toBe('RevokeRealtimeSessionSuccess');

  const TRAILS =
    'query ($filter: AuditEventFilter) { auditEvents(filter: $filter, first: 100) { nodes { action detail } } }';
  const { auditFilter } = CANARIES;
  for (const filter of [
    { actions: [auditFilter] },
    { requestId: auditFilter },
    { userId: auditFilter },
    { outcomes: [auditFilter] },
    { from: auditFilter },
    {},
  ])
    await ask(TRAILS, { filter });
}

/** Canaries as they could turn up: as they are, or in base64 or percent encoding. */
function found(haystack: string): string[] {
  const secrets = { ...CANARIES, ...Object.fromEntries(upstream.minted.map(({ value }) => [value, value])) };
  return Object.entries({ ...secrets, repeated: 'ek_the_secret_that_upstream_repeats' })
    .filter(([, value]) =>
      [value, encodeURIComponent(value), Buffer.from(value).toString('base64').slice(0, -4)].some((form) =>
        haystack.includes(form),
      ),
    )
    .map(([name]) => name);
}

test('each secret was handed over, and only in its one field', () => {
  expect(handedOver).toEqual([upstream.minted[0]?.value, 'ek_the_secret_that_upstream_repeats']);
  // Plain prose inside the session object that upstream answered is kept in upstreamConfig; it is no credential.
  expect(found(JSON.stringify(answers)).filter((name) => name !== 'prose')).toEqual([]);
});

test("upstream's prose is nowhere but in its own session object", () => {
  const without = (key: string, value: unknown) => (key === 'upstreamConfig' ? undefined : value);
  expect(found(JSON.stringify(answers, without))).toEqual([]);
});

test('none is in the log, at its most talkative', () => {
  expect(gateway.logLines.length).toBeGreaterThan(10);
  expect(found(gateway.logLines.join(''))).toEqual([]);
});

test('none is in a dump of the database', async () => {
  const dump = await dumpOf(database);
  expect(dump).toContain('sess_1');
  expect(found(dump).filter((name) => name !== 'prose')).toEqual([]);
});

describe('none is in an export', () => {
  const exported = async (write: (pool: pg.Pool, output: PassThrough) => Promise<unknown>) => {
    const pool = createPool({ url: database.url, size: 1, timeoutMs: 10_000, onError: () => {} });
    const output = new PassThrough();
    const written = text(output);
    await write(pool, output);
    output.end();
    await pool.end();
    return written;
  };

  test('of the trail', async () => {
    const trail = await exported(exportTrail);
    for (const action of ['secret.identified', 'usage.reported', 'user.suspended', 'session.revoked'])
      expect(trail).toContain(action);
    expect(found(trail)).toEqual([]);
  });

  test('of usage', async () => {
    const period = { from: new Date('2020-01-01'), to: new Date('2100-01-01'), timeZone: 'UTC' };
    const usage = await exported((pool, output) =>
      exportUsage(
        { database: { pool, prisma: createPrisma(pool) }, output, onProgress: () => {} },
        { ...period, by: ['USER', 'APPLICATION', 'MODEL', 'PROVIDER'] },
      ),
    );
    expect(usage).toContain('alice,default,');
    expect(found(usage)).toEqual([]);
  });
});

test('the provider did get what is meant for it', () => {
  const sent = JSON.stringify(upstream.calls);
  for (const name of [
    'providerKey',
    'authorization',
    'header',
    'urlQuery',
    'instructions',
    'extra',
  ] as const) {
    expect(sent).toContain(CANARIES[name]);
  }
});
