import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, test } from 'vitest';
import { dataOf, issue, setPolicy } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { type Block, documentBlocks } from '../support/document-blocks.ts';
import { documentOperations } from '../support/document-operations.ts';
import { useDatabase, useGateway, useIdentityProvider } from '../support/fixture.ts';
import { RESPONSE, report } from '../support/usage.ts';

// What docs/clients.md asks, asked with the keys that it names. Its TypeScript runs in test/clients.

const DOCUMENT = 'docs/clients.md';
const HOUR_MS = 3_600_000;

const database = useDatabase();
const identity = useIdentityProvider();
const gateway = useGateway(database, () => ({ ...identity.env, GATEHOUSE_USAGE_LABEL: 'team' }));

const blocks = await documentBlocks(DOCUMENT);
const operations = await documentOperations(DOCUMENT);

let dashboard = '';
let application = '';

/** Alice's session of the team "red" and its usage, one that failed, and one that bob was refused. */
beforeAll(async () => {
  const created = await createApplication(gateway, 'dashboard');
  application = created.application.id;
  dashboard = (await createKey(gateway, application, documentedKey())).value;
  const { session } = await issue(gateway, {
    externalUserId: 'alice',
    labels: [{ key: 'team', value: 'red' }],
  });
  await report(gateway, { sessionId: session.id, responseId: 'resp_1', usage: RESPONSE });
  await issue(gateway, { externalUserId: 'alice', model: 'sandbox-429' });
  await setPolicy(gateway, { applicationId: application, monthlyBudgetUsd: '25.50' });
  await setPolicy(gateway, { externalUserId: 'bob', maxActiveSessions: 0 });
  await issue(gateway, { externalUserId: 'bob' });
});

/** The scopes and the reach of the key that the document makes. */
function documentedKey(): { scopes: string[]; reach: string } {
  const command = blocks.find(({ language }) => language === 'sh')?.text ?? '';
  return {
    scopes: /--scopes (\S+)/.exec(command)?.[1]?.split(',') ?? [],
    reach: /--reach (\S+)/.exec(command)?.[1] ?? '',
  };
}

/** The times of the document are those of its readers; those of the test are around now. */
function variablesOf(json: string): Record<string, unknown> {
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  return JSON.parse(
    json
      .replace('<application>', application)
      .replace(/("from": )"[^"]+"/, `$1"${at(-20 * 24 * HOUR_MS)}"`)
      .replace(/("to": )"[^"]+"/, `$1"${at(HOUR_MS)}"`)
      .replace(/("now": )"[^"]+"/, `$1"${at(0)}"`),
  );
}

const node = (fields: object) => expect.arrayContaining([expect.objectContaining(fields)]);

/** What each operation finds, in the order of the document. */
const FOUND: Record<string, object> = {
  Mint: { createRealtimeSession: { __typename: 'CreateRealtimeSessionSuccess' } },
  Newest: {
    realtimeSessions: { totalCount: 3, nodes: node({ status: 'ACTIVE' }), pageInfo: { hasNextPage: true } },
  },
  Live: { realtimeSessions: { eventsAfter: expect.any(String), nodes: node({ status: 'ACTIVE' }) } },
  SessionsByHour: {
    sessionStatistics: {
      totals: { requested: 3, issued: 2, failed: 1, denied: 1 },
      rows: { nodes: node({ start: expect.any(String) }) },
    },
  },
  FailureCodes: {
    sessionStatistics: {
      rows: { nodes: node({ failureCode: 'upstream_rate_limited', counts: { failed: 1, unconfirmed: 0 } }) },
    },
  },
  DenialReasons: {
    sessionStatistics: { rows: { nodes: node({ denialReason: 'quota', counts: { denied: 1 } }) } },
  },
  MintTimes: {
    sessionStatistics: {
      totals: { mintMsP50: expect.any(Number), mintMsP99: expect.any(Number) },
      rows: { nodes: node({ provider: 'sandbox' }) },
    },
  },
  TopUsers: {
    usage: {
      totals: { costUsd: '0.0085336' },
      rows: {
        nodes: [{ user: { externalId: 'alice' }, totals: { costUsd: '0.0085336', totalTokens: 275 } }],
      },
    },
  },
  TeamsByMonth: { usage: { rows: { nodes: node({ label: 'red', sessionsIssued: 2 }) } } },
  Budget: { user: { budget: { limitUsd: '25.5', usedUsd: '0.0085336' }, quotas: node({ used: 2 }) } },
  MyUsers: { users: { nodes: node({ externalId: 'bob', activeSessionCount: 0 }) } },
  Failed: {
    realtimeSessions: {
      totalCount: 1,
      nodes: [{ user: { externalId: 'alice' }, failure: { upstreamStatus: 429 } }],
    },
  },
  MayStillRun: { realtimeSessions: { totalCount: 2 } },
  Denied: { auditEvents: { totalCount: 1, nodes: [{ user: { externalId: 'bob' } }] } },
  Health: { gateway: { providers: [{ name: 'sandbox', isSandbox: true }] } },
};

test('each operation of the document is tried here', () => {
  expect(operations.map(({ name }) => name)).toEqual(Object.keys(FOUND));
});

describe('the operation', () => {
  test.each(operations)('$name finds what it is for', async ({ name, query, variables, line }) => {
    // It is the application that mints, and the dashboard that asks all else.
    const headers = name === 'Mint' ? {} : bearer(dashboard);
    const { status, body } = await gateway.ask(query, variablesOf(variables), headers);
    expect({ status, errors: body.errors }, `${DOCUMENT}:${line}`).toEqual({
      status: 200,
      errors: undefined,
    });
    expect(body.data, `${DOCUMENT}:${line}`).toMatchObject(FOUND[name] ?? {});
  });
});

test('an end user may ask every question of a dashboard but the last two', async () => {
  const headers = bearer(await identity.sign({ sub: 'alice' }));
  const questions = operations.slice(operations.findIndex(({ name }) => name === 'SessionsByHour'));
  const refused: string[] = [];
  for (const { name, query, variables } of questions) {
    const { status } = await gateway.ask(query, variablesOf(variables), headers);
    if (status !== 200) refused.push(name);
  }
  expect(refused).toEqual(questions.slice(-2).map(({ name }) => name));
});

test.each([
  ['UNAUTHENTICATED', {}, bearer('gh_wrong')],
  ['FORBIDDEN', { query: 'mutation { suspendUser(input: { externalUserId: "bob" }) { __typename } }' }, {}],
  ['BAD_USER_INPUT', { query: '{ viewer { foo } }' }, {}],
  ['PERSISTED_QUERY_NOT_SUPPORTED', { extensions: { persistedQuery: { version: 1, sha256Hash: 'a' } } }, {}],
])('%s has the status that the document says', async (code, request, headers) => {
  const document = await readFile(join(import.meta.dirname, '../..', DOCUMENT), 'utf8');
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      ...bearer(dashboard),
      ...headers,
    },
    body: JSON.stringify(request),
  });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  expect(document).toContain(`| \`${code}\` | ${response.status} |`);
});

describe('the Python', async () => {
  const [reading = '', table = ''] = blocks.filter(isPython).map((block) => block.text);

  test.skipIf(!(await runs('pass')))('reads every page as rows', { timeout: 60_000 }, async () => {
    // A page of one, so that there are several.
    const script = `${sinceThen(reading).replace('first: 100', 'first: 1')}
print(json.dumps([row["user"]["externalId"] for row in rows]))`;
    expect(JSON.parse(await python(script))).toEqual(['alice', 'alice', 'alice']);
  });

  test.skipIf(!(await runs('import pandas')))('makes a table of them', { timeout: 60_000 }, async () => {
    const { realtimeSessions } = await dataOf(gateway, '{ realtimeSessions { nodes { model } } }');
    const said = await python(`${sinceThen(reading)}\n${table}`);
    for (const { model } of realtimeSessions.nodes) expect(said).toContain(model);
  });
});

/** With a time before the sessions of this test, in the form that Python writes. */
function sinceThen(script: string): string {
  const then = new Date(Date.now() - 24 * HOUR_MS).toISOString().replace('Z', '+00:00');
  return script.replace(/createdFrom="[^"]+\+00:00"/, `createdFrom="${then}"`);
}

const isPython = ({ language }: Block) => language === 'python';

/** Whether there is a Python that can do this. */
async function runs(script: string): Promise<boolean> {
  const child = spawn('python3', ['-c', script], { stdio: 'ignore' });
  const [code] = await once(child, 'close').catch(() => [null]);
  return code === 0;
}

async function python(script: string): Promise<string> {
  const child = spawn('python3', ['-c', script], {
    env: { ...process.env, GATEHOUSE_URL: gateway.url, GATEHOUSE_KEY: dashboard },
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  expect(code, stderr).toBe(0);
  return stdout;
}
