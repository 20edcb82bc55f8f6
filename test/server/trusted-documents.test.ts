import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StartError } from '../../src/platform/process/start-error.ts';
import { useDatabase, useUpstream } from '../support/fixture.ts';
import { ROOT_KEY, startGateway, type TestGateway, upstreamEnv } from '../support/gateway.ts';

const VIEWER = '{ viewer { name } }';
const NODE = 'query Node($id: ID!) { node(id: $id) { id } }';
const MINT = 'mutation Mint { createRealtimeSession(input: { externalUserId: "u" }) { __typename } }';
const idOf = (document: string) => createHash('sha256').update(document).digest('hex');

let folder: string;
const database = useDatabase();
const upstream = useUpstream();
let gateway: TestGateway;

const file = async (content: unknown): Promise<string> => {
  const path = join(folder, `${crypto.randomUUID()}.json`);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const start = (path: string) =>
  startGateway(database, { ...upstreamEnv(upstream.baseUrl), GATEHOUSE_TRUSTED_DOCUMENTS: path });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-documents-'));
  const documents = [VIEWER, NODE, MINT].map((document) => [idOf(document), document]);
  gateway = await start(await file(Object.fromEntries(documents)));
});

afterAll(async () => {
  await gateway?.close();
  await rm(folder, { recursive: true, force: true });
});

const post = async (body: unknown, to = gateway) => {
  const response = await fetch(to.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ROOT_KEY}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const getWith = async (parameters: Record<string, string>) => {
  const response = await fetch(`${gateway.url}?${new URLSearchParams(parameters)}`, {
    headers: { authorization: `Bearer ${ROOT_KEY}` },
  });
  return { status: response.status, body: await response.json() };
};
const apollo = (sha256Hash: unknown) => ({ persistedQuery: { version: 1, sha256Hash } });

describe('a registered document', () => {
  test('is executed by its hash, as Apollo sends it', async () => {
    const answer = await post({ extensions: apollo(idOf(NODE)), variables: { id: 'x' } });
    expect(answer).toEqual({ status: 200, body: { data: { node: null } } });
  });

  test('is executed by its documentId', async () => {
    const answer = await post({ documentId: idOf(VIEWER) });
    expect(answer).toEqual({ status: 200, body: { data: { viewer: { name: 'root' } } } });
  });

  test.each(['id', 'doc_id'])('is executed by its %s, as networks of Relay send it', async (key) => {
    const expected = { status: 200, body: { data: { viewer: { name: 'root' } } } };
    expect(await post({ [key]: idOf(VIEWER), variables: {} })).toEqual(expected);
    expect(await getWith({ [key]: idOf(VIEWER) })).toEqual(expected);
  });

  test('is not executed beside a key that is not known', async () => {
    const { status, body } = await post({ documentId: idOf(VIEWER), variabels: {} });
    expect(status).toBe(400);
    expect(body.errors[0].message).toBe(
      'The key "variabels" is not known: a request has documentId, id or doc_id, variables, operationName and extensions.',
    );
  });

  test('is executed by GET, either way', async () => {
    const expected = { status: 200, body: { data: { viewer: { name: 'root' } } } };
    expect(await getWith({ extensions: JSON.stringify(apollo(idOf(VIEWER))) })).toEqual(expected);
    expect(await getWith({ documentId: idOf(VIEWER) })).toEqual(expected);
  });

  test('is still not a mutation by GET', async () => {
    expect((await getWith({ documentId: idOf(MINT) })).status).toBe(405);
    expect(upstream.calls).toEqual([]);
  });

  test('still has its variables checked', async () => {
    const { body } = await post({ documentId: idOf(NODE) });
    expect(body.errors[0].message).toBe('id is needed.');
  });
});

test.each<[string, object]>([
  ['a query', { query: VIEWER }],
  ['a query, although it is registered, by its text', { query: NODE, variables: { id: 'x' } }],
  ['a query beside an id', { query: MINT, documentId: idOf(VIEWER) }],
  ['a query beside a hash, as Apollo registers on the fly', { query: MINT, extensions: apollo(idOf(MINT)) }],
  ['a query that is no text, beside an id', { query: [MINT], documentId: idOf(VIEWER) }],
  ['an id that nobody registered', { documentId: idOf('{ viewer { canary } }') }],
  ['a document for an id', { documentId: MINT }],
  ['two ids of different keys', { documentId: idOf(VIEWER), id: idOf(MINT) }],
  ['two ids', { documentId: idOf(VIEWER), extensions: apollo(idOf(MINT)) }],
  ['an id that is an object', { documentId: { $ne: null } }],
  ['a hash that is a list', { extensions: apollo([idOf(VIEWER)]) }],
  ['a member of all objects', { documentId: '__proto__' }],
  ['another one', { documentId: 'constructor' }],
  ['no id', { variables: {} }],
  ['an empty id', { documentId: '' }],
  ['an id in another case', { documentId: idOf(VIEWER).toUpperCase() }],
])('%s: 400', async (_what, body) => {
  const answer = await post(body);
  expect(answer).toEqual({
    status: 400,
    body: {
      errors: [
        {
          message:
            'Only registered documents are executed: send the id of one in extensions.persistedQuery.sha256Hash or in documentId, and no query.',
          extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
        },
      ],
    },
  });
  expect(upstream.calls).toEqual([]);
});

test('what comes by GET is not executed either', async () => {
  expect((await getWith({ query: VIEWER })).status).toBe(400);
  expect((await getWith({ query: VIEWER, documentId: idOf(VIEWER) })).status).toBe(400);
  expect((await getWith({ documentId: idOf(VIEWER), extensions: JSON.stringify(apollo('x')) })).status).toBe(
    400,
  );
});

test('a list of operations is none', async () => {
  expect((await post([{ documentId: idOf(VIEWER) }])).status).toBe(400);
});

test("Apollo's manifest is read as well", async () => {
  const operations = [{ id: 'one', body: VIEWER, name: 'One', type: 'query' }];
  const path = await file({ format: 'apollo-persisted-query-manifest', version: 1, operations });
  const other = await start(path);
  try {
    expect((await post({ extensions: apollo('one') }, other)).body).toEqual({
      data: { viewer: { name: 'root' } },
    });
  } finally {
    await other.close();
  }
});

describe('a file that cannot be used stops the start', () => {
  const NEITHER = 'it is neither {"id": "document"} nor an Apollo persisted query manifest of version 1';
  test.each<[string, unknown, string]>([
    ['no JSON', '{ canary', 'it is not JSON'],
    ['a list', [VIEWER], NEITHER],
    ['documents that are no text', { a: 1 }, NEITHER],
    ['another manifest', { format: 'canary', version: 1, operations: [] }, NEITHER],
    ['a later manifest', { format: 'apollo-persisted-query-manifest', version: 2, operations: [] }, NEITHER],
    ['nothing in it', {}, 'it has no documents'],
    ['a document that is none', { good: VIEWER, bad: '{ canary' }, 'the document "bad" is not GraphQL'],
    ['a document of another schema', { bad: '{ canary }' }, 'the document "bad" does not fit the schema'],
    [
      'an id twice',
      {
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [
          { id: 'a', body: VIEWER },
          { id: 'a', body: NODE },
        ],
      },
      'the document "a" is there twice',
    ],
  ])('%s', async (_what, content, problem) => {
    const failure = start(await file(content));
    await expect(failure).rejects.toThrow(StartError);
    await expect(failure).rejects.toThrow(
      new StartError(`The file of GATEHOUSE_TRUSTED_DOCUMENTS cannot be used: ${problem}.`),
    );
  });

  test('no file', async () => {
    await expect(start(join(folder, 'nowhere.json'))).rejects.toThrow(
      'The file of GATEHOUSE_TRUSTED_DOCUMENTS cannot be used: it cannot be read (ENOENT).',
    );
  });
});
