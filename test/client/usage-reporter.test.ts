import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { createUsageReporter, realtimeAgentsOptions, reportUsageFrom } from '../../client/src/agents.ts';
import { GatehouseError, type ReportUsageInput } from '../../client/src/index.ts';
import { dataOf, issue } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { clientOf } from './fixture.ts';

const database = useDatabase();
const gateway = useGateway(database);
const gatehouse = () => clientOf(gateway, { maxAttempts: 1 });

const TOTALS = `query ($id: ID!) { realtimeSession(id: $id) { usage { responses totalTokens transcriptionSeconds } } }`;
const usageOf = async (id: string) => (await dataOf(gateway, TOTALS, { id })).realtimeSession.usage;
const mint = async () => (await issue(gateway, { externalUserId: 'alice' })).session.id;

const done = (id: string, tokens: number) => ({
  type: 'response.done',
  event_id: 'event_1',
  response: {
    id,
    usage: {
      total_tokens: tokens,
      input_tokens: tokens,
      output_tokens: 0,
      input_token_details: { text_tokens: tokens },
    },
  },
});
const transcribed = (item_id: string, content_index: number, seconds: number) => ({
  type: 'conversation.item.input_audio_transcription.completed',
  ...{ item_id, content_index, transcript: 'hello', usage: { type: 'duration', seconds } },
});

test('each response and each transcription is reported once, though the first attempt fails', async () => {
  const sessionId = await mint();
  const session = new EventEmitter();
  const attempts = new Map<string, number>();
  const report = async (input: ReportUsageInput) => {
    const attempt = (attempts.get(input.responseId) ?? 0) + 1;
    attempts.set(input.responseId, attempt);
    if (attempt === 1) throw new GatehouseError('NETWORK', 'Nobody answers');
    const result = await gatehouse().reportUsage(input);
    // The gateway has it, and the answer is lost: the next attempt is not counted again.
    if (attempt === 2) throw new GatehouseError('NETWORK', 'The connection was lost');
    return result;
  };
  const { flush, stop } = reportUsageFrom(session, { report, sessionId, waitMs: () => 0 });
  for (const event of [
    done('resp_1', 10),
    done('resp_1', 10),
    done('resp_2', 5),
    transcribed('item_1', 0, 2),
    transcribed('item_1', 1, 3),
    { type: 'response.done', response: { id: 'resp_3', usage: null } },
    { type: 'response.created', response: { id: 'resp_4' } },
    { type: 'response.done' },
    'nonsense',
    null,
  ])
    session.emit('transport_event', event);
  stop();
  session.emit('transport_event', done('resp_9', 1));
  expect(await flush()).toEqual({ reported: 4, unreported: [] });
  expect(await usageOf(sessionId)).toEqual({ responses: 4, totalTokens: 15, transcriptionSeconds: 5 });
  expect([...attempts]).toEqual([
    ['resp_1', 3],
    ['resp_2', 3],
    ['item_1', 3],
    ['item_1:1', 3],
  ]);
});

test('what is refused, or fails again and again, is told and not sent for ever', async () => {
  const sessionId = await mint();
  let attempts = 0;
  const failing = createUsageReporter({
    sessionId,
    report: () => {
      attempts++;
      throw new GatehouseError('TIMEOUT', 'Too late');
    },
    maxAttempts: 3,
    waitMs: () => 0,
  });
  failing.handle(done('resp_1', 1));
  expect(await failing.flush()).toMatchObject({
    reported: 0,
    unreported: [{ sessionId, responseId: 'resp_1', reason: { code: 'TIMEOUT' } }],
  });
  expect(attempts).toBe(3);
  // It is told once.
  expect(await failing.flush()).toEqual({ reported: 0, unreported: [] });

  const reporter = createUsageReporter({ sessionId, report: (input) => gatehouse().reportUsage(input) });
  reporter.handle(done('resp_1', 1));
  reporter.handle({ type: 'response.done', response: { id: 'resp_2', usage: { total_tokens: -1 } } });
  const again = createUsageReporter({ sessionId, report: (input) => gatehouse().reportUsage(input) });
  await reporter.flush();
  again.handle(done('resp_1', 2));
  expect(await again.flush()).toMatchObject({
    unreported: [{ reason: { __typename: 'UsageConflictError' } }],
  });

  const forbidden = createUsageReporter({
    sessionId,
    report: () =>
      clientOf(gateway, { auth: 'gh_wrong', maxAttempts: 1 }).reportUsage({
        sessionId,
        responseId: 'r',
        usage: {},
      }),
  });
  forbidden.handle(done('resp_1', 1));
  expect(await forbidden.flush()).toMatchObject({ unreported: [{ reason: { code: 'UNAUTHENTICATED' } }] });
});

test('each connection of the agents gets a secret of its own, and reports name its session', async () => {
  const minted = [
    { token: 'ek_1', sessionId: 'one' },
    { token: 'ek_2', sessionId: 'two' },
  ];
  const { apiKey, sessionId } = realtimeAgentsOptions({ mint: async () => minted.shift() ?? { token: '' } });
  const reported: unknown[] = [];
  const reporter = createUsageReporter({ sessionId, report: async (input) => void reported.push(input) });
  reporter.handle(done('resp_0', 1));
  expect(await apiKey()).toBe('ek_1');
  reporter.handle(done('resp_1', 1));
  expect(await apiKey()).toBe('ek_2');
  reporter.handle(done('resp_1', 1));
  expect((await reporter.flush()).unreported).toMatchObject([{ responseId: 'resp_0' }]);
  expect(reported).toMatchObject([{ sessionId: 'one' }, { sessionId: 'two' }]);
});

test.each([
  [{}, undefined],
  [
    { baseUrl: 'https://name.example/openai/v1/', transport: 'webrtc' },
    'https://name.example/openai/v1/realtime/calls',
  ],
  [
    { baseUrl: 'https://name.example/openai/v1', transport: 'websocket', model: 'a b' },
    'wss://name.example/openai/v1/realtime?model=a+b',
  ],
  [
    { baseUrl: 'http://127.0.0.1:1', transport: 'websocket', model: 'm' },
    'ws://127.0.0.1:1/realtime?model=m',
  ],
] as const)('the agents connect, with %j, to %s', (options, url) => {
  expect(realtimeAgentsOptions({ mint: async () => ({ token: '' }), ...options }).url).toBe(url);
});
