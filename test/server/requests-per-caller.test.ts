import { beforeAll, beforeEach, expect, test } from 'vitest';
import { createApplication, createKey } from '../support/callers.ts';
import { type EventStream, openStream } from '../support/event-stream.ts';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { type Answer, upstreamEnv } from '../support/gateway.ts';

// How many requests of one caller are worked on at a time, and what becomes of those beyond.

const LIMIT = 4;
const PATIENCE = { timeout: 10_000, interval: 10 };
const CREATE = /* GraphQL */ `
  mutation ($input: CreateRealtimeSessionInput!) { createRealtimeSession(input: $input) { __typename } }
`;

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...upstreamEnv(upstream.baseUrl),
  GATEHOUSE_MAX_REQUESTS_PER_CALLER: String(LIMIT),
  GATEHOUSE_UPSTREAM_TIMEOUT_MS: '1500',
}));
let credential = '';

beforeEach(() => upstream.reset());
beforeAll(async () => {
  const { application } = await createApplication(gateway, 'other');
  credential = (await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'] })).value;
});

const mint = (externalUserId: string, headers?: Record<string, string>) =>
  gateway.ask(CREATE, { input: { externalUserId } }, headers);
const typeOf = ({ body }: Answer) => body.data?.createRealtimeSession.__typename;

test('beyond the limit they wait, and other callers do not', async () => {
  const held = Promise.withResolvers<void>();
  upstream.always({ kind: 'hold', until: held.promise });
  const answers = Array.from({ length: 10 }, (_, index) => mint(`user-${index}`));
  await expect.poll(() => upstream.calls.length, PATIENCE).toBe(LIMIT);
  const other = mint('of-another', { authorization: `Bearer ${credential}` });
  await expect.poll(() => upstream.calls.length, PATIENCE).toBe(LIMIT + 1);
  held.resolve();
  for (const answer of [...(await Promise.all(answers)), await other])
    expect(typeOf(answer)).toBe('CreateRealtimeSessionSuccess');
});

test('who waits too long is refused, with nothing done', async () => {
  upstream.always({ kind: 'stall' });
  const answers = await Promise.all(Array.from({ length: LIMIT * 4 }, (_, index) => mint(`late-${index}`)));
  const refused = answers.filter(({ status }) => status === 429);
  // Whoever had not begun when the longest wait was over; those that had, took as long.
  expect(refused.length).toBeGreaterThanOrEqual(LIMIT);
  for (const { headers, body } of refused) {
    expect(headers.get('retry-after')).toBe('1');
    expect(body.errors[0].extensions.code).toBe('RATE_LIMITED');
  }
  const [row] = await database.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM end_user WHERE external_id LIKE 'late-%'`,
  );
  expect(row?.n).toBe(answers.length - refused.length);
});

test('streams that are open do not count', async () => {
  const streams: EventStream[] = [];
  for (let index = 0; index < LIMIT * 2; index += 1) streams.push(await openStream(gateway.url));
  expect(typeOf(await mint('beside-streams'))).toBe('CreateRealtimeSessionSuccess');
  for (const stream of streams) stream.close();
});
