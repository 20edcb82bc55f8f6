import { afterEach, describe, expect, test } from 'vitest';
import type { CallEvent, CallProvider } from '../../src/calls/call-provider.ts';
import { createHeartbeat } from '../../src/platform/http-client/heartbeat.ts';
import { createHttpAgent } from '../../src/platform/http-client/http-agent.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { appendPath } from '../../src/providers/append-path.ts';
import { callsOverHttp } from '../../src/providers/calls/calls-over-http.ts';
import { liveWire } from '../../src/providers/calls/live-wire.ts';
import { realtimeWire } from '../../src/providers/calls/realtime-wire.ts';
import type { CallRequest } from '../../src/sessions/call-request.ts';
import { eventually } from '../support/eventually.ts';
import { CANARY, type FakeCall, USAGE } from '../support/fake-call.ts';
import { startFakeCalls } from '../support/fake-calls.ts';
import { use } from '../support/fixture.ts';
import { CONFIG, openCall, watchCall } from '../support/watched-call.ts';
import { frameOf } from '../support/web-socket-server.ts';

// What a side channel tells of a call, and how it ends.

const fake = use(startFakeCalls, (started) => started.stop());
const agent = use(
  async () => createHttpAgent({ proxies: undefined, timeoutMs: 10_000 }),
  (created) => created.close(),
);
let watching = new AbortController();

afterEach(() => {
  watching.abort();
  watching = new AbortController();
  fake.reset();
});

function calls(heartbeat = createHeartbeat(), url = fake.url, wire = realtimeWire): CallProvider {
  const key = new Secret('sk-test');
  return callsOverHttp({
    wire,
    agent,
    url: (path) => appendPath(url, path),
    timeoutMs: 10_000,
    requestIdHeader: 'x-request-id',
    credential: () => key,
    headers: (secret) => ({ authorization: `Bearer ${secret.forUpstream()}` }),
    heartbeat,
  });
}

async function watched(config = CONFIG, provider = calls()) {
  const call = await watchCall(provider, watching.signal, config);
  return { ...call, provider, fakeCall: callOf(call.upstreamCallId) };
}

function callOf(id: string): FakeCall {
  const call = fake.calls.find((made) => made.id === id);
  if (call === undefined) throw new Error('There is no such call');
  return call;
}

const usage = (of: 'response' | 'transcription', responseId: string, used: object = USAGE) => ({
  ...{ kind: 'usage', of, responseId },
  usage: used,
});
const closed = (code: number, clean: boolean) => ({ kind: 'closed', code, clean, ended: false });

describe('events', () => {
  test('of a conversation are activity and usage, and no word leaves', async () => {
    const { fakeCall, events, channel } = await watched();
    fakeCall.speak();
    const item = fakeCall.transcribe();
    const first = fakeCall.respond();
    // Twice, before what led to it, and without usage: cancelled.
    const second = fakeCall.respond({ times: 2, outOfOrder: true });
    fakeCall.respond({ usage: null });
    fakeCall.configure({ instructions: `Something else. ${CANARY}` });
    const told = await events.next(5);
    expect(told).toEqual([
      usage('transcription', item, { type: 'duration', seconds: 1.5 }),
      usage('response', first),
      usage('response', second),
      usage('response', second),
      {
        kind: 'configured',
        changedFields: ['instructions'],
        expiresAt: new Date(1000 * Math.floor(fakeCall.expiresAt.getTime() / 1000)),
      },
    ]);
    channel.close();
    expect(JSON.stringify([told, await events.rest()])).not.toContain(CANARY);
    expect(fakeCall.usage).toMatchObject({ responses: 3, total_tokens: 506, seconds: 1.5 });
  });

  test.each([
    ['input_audio_buffer.speech_started', true],
    ['input_audio_buffer.speech_stopped', true],
    ['input_audio_buffer.committed', true],
    ['response.created', true],
    ['response.output_audio_transcript.delta', true],
    ['response.output_text.delta', true],
    ['output_audio_buffer.started', true],
    ['output_audio_buffer.stopped', true],
    ['conversation.item.added', true],
    ['conversation.item.input_audio_transcription.delta', true],
    ['response.done', true],
    // Nobody spoke.
    ['input_audio_buffer.append', false],
    ['input_audio_buffer.timeout_triggered', false],
    ['rate_limits.updated', false],
    ['error', false],
    ['session.closed', false],
  ])('%s: activity is %s', async (type, isActivity) => {
    const { fakeCall, events } = await watched();
    fakeCall.send({ type });
    fakeCall.configure({});
    expect((await events.any()).kind).toBe(isActivity ? 'activity' : 'configured');
  });

  test('are read by the type of the object itself, wherever it stands', async () => {
    const { fakeCall, events, channel } = await watched();
    const done = { response: { id: 'resp_1', usage: USAGE } };
    fakeCall.send({ event_id: 'event_1', type: 'response.done', ...done });
    fakeCall.send({ ...done, response: { ...done.response, id: 'resp_2' }, type: 'response.done' });
    fakeCall.send({
      event_id: 'say \\"type\\":\\"x',
      type: 'response.done',
      response: { id: 'resp_3', usage: USAGE },
    });
    fakeCall.send('{"type":"response\\u002edone","response":{"id":"resp_4","usage":{"total_tokens":1}}}');
    // Not what it looks like.
    fakeCall.send({ type: 'rate_limits.updated', text: '"type":"response.done"', ...done });
    fakeCall.send({ item: { type: 'response.done', ...done }, type: 'conversation.item.done' });
    for (const odd of ['', '[]', 'null', '{"type":7}', '{"type":"response.done"', '{"type":"response.done"}'])
      fakeCall.send(odd);
    for (const id of ['', 7, 'two words', 'x'.repeat(300)])
      fakeCall.send({ type: 'response.done', response: { id, usage: USAGE } });
    fakeCall.configure({});
    expect(await events.next(5)).toEqual([
      ...['resp_1', 'resp_2', 'resp_3'].map((id) => usage('response', id)),
      usage('response', 'resp_4', { total_tokens: 1 }),
      expect.objectContaining({ kind: 'configured' }),
    ]);
    channel.close();
  });

  test('have numbers for usage, and nothing else', async () => {
    const { fakeCall, events } = await watched();
    const words = {
      transcript: CANARY,
      [CANARY]: 1,
      list: [CANARY],
      input_token_details: { text: CANARY, audio_tokens: 2 },
    };
    fakeCall.respond({ id: 'resp_1', usage: { total_tokens: 3, type: CANARY, ...words } });
    expect(await events.next(1)).toEqual([
      usage('response', 'resp_1', { total_tokens: 3, input_token_details: { audio_tokens: 2 } }),
    ]);
  });

  test('may be huge, or come in pieces', async () => {
    const { fakeCall, events } = await watched();
    // Of types that nobody reads there is no bound; a response is read whole.
    fakeCall.send({ type: 'response.output_text.delta', delta: 'x'.repeat(20_000_000) });
    const huge = fakeCall.respond({ wordBytes: 1_000_000 });
    expect(await events.next(1)).toEqual([usage('response', huge)]);
    for (const socket of fakeCall.sideChannels)
      socket.send(JSON.stringify({ type: 'response.done', response: { id: 'resp_1', usage: USAGE } }), {
        pieces: 50,
      });
    expect(await events.next(1)).toEqual([usage('response', 'resp_1')]);
    fakeCall.respond({ wordBytes: 5_000_000 });
    expect((await events.rest()).at(-1)).toEqual(closed(1009, false));
  });
});

describe('a config', () => {
  const asked = {
    ...CONFIG,
    inputAudioTranscription: {
      ...{ model: 'whisper-1', language: 'de', languages: null, prompt: null, keywords: null, delay: null },
    },
  };
  const unchanged = {
    model: 'gpt-realtime-2.1-2026-08-28',
    instructions: CONFIG.instructions ?? '',
    tools: [
      {
        type: 'function',
        name: 'weather',
        description: 'Tells it',
        parameters: { type: 'object' },
        strict: false,
      },
    ],
    audio: {
      input: { turn_detection: null, transcription: { model: 'whisper-1', language: 'de', prompt: null } },
      output: { voice: 'marin', speed: 1.25000001, format: { type: 'audio/pcm', rate: 24_000 } },
    },
    tool_choice: 'auto',
  };

  test.each<[string, object, readonly string[]]>([
    ['is as it was asked for, with the provider’s defaults', {}, []],
    ['of other instructions', { instructions: 'x' }, ['instructions']],
    ['of another model', { model: 'gpt-realtime-mini' }, ['model']],
    ['with another tool', { tools: [...unchanged.tools, { type: 'function', name: 'x' }] }, ['tools']],
    ['with a tool changed', { tools: [{ ...unchanged.tools[0], description: 'x' }] }, ['tools']],
    ['with nothing of what was asked for', { instructions: null, tools: [] }, ['instructions', 'tools']],
    [
      'of other sound',
      { audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'alloy', speed: 1 } } },
      ['audio.input.turn_detection', 'audio.output.speed', 'audio.output.voice'],
    ],
    ['of what was not asked for', { tool_choice: 'none', output_modalities: ['text'] }, []],
  ])('%s', async (_, changes, changedFields) => {
    const { fakeCall, events } = await watched(asked);
    fakeCall.configure({ ...unchanged, ...changes });
    expect(await events.next(1)).toEqual([expect.objectContaining({ kind: 'configured', changedFields })]);
  });
});

describe('a channel ends', () => {
  test.each([
    [1000, closed(1000, true)],
    [1001, closed(1001, true)],
    [1006, closed(1006, false)],
  ] as const)('with %i while the call goes on, and is opened again', async (code, last) => {
    const { fakeCall, events, provider, ...call } = await watched();
    fakeCall.drop(code);
    expect(await events.rest()).toEqual([last]);
    const again = await provider.attach({ ...call, config: CONFIG, signal: watching.signal });
    expect(again.kind).toBe('attached');
    expect(fakeCall).toMatchObject({ status: 'live', attaches: 2 });
  });

  test('with the call, which attaching again tells: by its expiry', async () => {
    const short = await startFakeCalls({ callSeconds: 0.3 });
    const provider = calls(createHeartbeat(), short.url);
    const { events, ...call } = await watchCall(provider, watching.signal);
    expect(await events.rest()).toEqual([closed(1000, true)]);
    expect(short.calls[0]?.endedBy).toBe('expiry');
    expect(await provider.attach({ ...call, config: CONFIG, signal: watching.signal })).toEqual({
      kind: 'gone',
    });
    await short.stop();
  });

  test('when its reader lets go, and the call goes on', async () => {
    const { fakeCall, channel, events } = await watched();
    channel.close();
    expect(await events.rest()).toEqual([closed(1000, true)]);
    await fakeCall.sideChannels[0]?.closed;
    expect(fakeCall).toMatchObject({ status: 'live', sideChannels: [] });
  });

  test('when its signal is aborted', async () => {
    const { events } = await watched();
    watching.abort();
    expect(await events.rest()).toEqual([closed(1000, true)]);
  });

  test('when its reader falls too far behind', async () => {
    const { fakeCall, events } = await watched();
    for (let index = 0; index < 400; index += 1) fakeCall.respond();
    await fakeCall.sideChannels[0]?.closed;
    const read = await events.rest();
    expect(read.length).toBeLessThan(300);
    expect(read.at(-1)).toEqual(closed(1006, false));
  });

  test.each([
    ['a reserved bit', Buffer.from([0xc1, 0])],
    ['a mask', Buffer.from([0x81, 0x80, 0, 0, 0, 0])],
    ['an opcode that does not exist', Buffer.from([0x83, 0])],
    ['a piece of nothing', Buffer.from([0x80, 0])],
    ['a long ping', frameOf(0x9, Buffer.alloc(126))],
    ['an impossible length', Buffer.from([0x81, 0x7f, ...Array.from({ length: 8 }, () => 0xff)])],
  ])('when the provider sends %s', async (_, bytes) => {
    const { fakeCall, events } = await watched();
    fakeCall.sideChannels[0]?.raw(bytes);
    expect(await events.rest()).toEqual([closed(1002, false)]);
  });
});

describe('silence', () => {
  const impatient = () => createHeartbeat({ pingAfterMs: 40, deadAfterMs: 400, lookEveryMs: 10 });

  test('of a call is no end: it is asked whether it is there', async () => {
    const { fakeCall, channel, events } = await watched(CONFIG, calls(impatient()));
    const [socket] = fakeCall.sideChannels;
    await eventually(async () => ((socket?.heard.pings ?? 0) >= 12 ? true : undefined));
    socket?.ping();
    await eventually(async () => (socket?.heard.pongs === 1 ? true : undefined));
    channel.close();
    expect(await events.rest()).toEqual([closed(1000, true)]);
  });

  test('of a connection is its end', async () => {
    fake.nextAttach({ kind: 'deaf' });
    const { fakeCall, events } = await watched(CONFIG, calls(impatient()));
    const last: readonly CallEvent[] = await events.rest();
    expect(last).toEqual([closed(1006, false)]);
    expect(fakeCall.status).toBe('live');
  });
});

describe('the Live API', () => {
  const live: CallRequest = {
    ...{ type: 'REALTIME', model: 'gpt-live-1', instructions: `Be brief. ${CANARY}`, voice: 'marin' },
    extra: {},
  };
  const liveCalls = () => calls(createHeartbeat(), fake.url, liveWire);

  test('is asked in JSON, with a fence around the browser', async () => {
    const { fakeCall } = await watched(live, liveCalls());
    expect(fakeCall).toMatchObject({ api: 'live', id: expect.stringMatching(/^live_/), attaches: 1 });
    expect(fakeCall.session).toEqual({
      model: 'gpt-live-1',
      instructions: live.instructions,
      audio: { output: { voice: 'marin' } },
      safety_identifier: 'user-hash',
      client: { data_channel: { allowed_client_events: [], allowed_server_events: [] } },
    });
    expect(fake.requests.map(({ path }) => path)).toEqual([
      '/v1/live/sessions',
      `/v1/live/sessions/${fakeCall.id}/attach`,
    ]);
  });

  test('tells for how many seconds it bills, and that a call ended', async () => {
    const { fakeCall, events, provider, ...call } = await watched(live, liveCalls());
    expect(await events.next(2)).toEqual([
      { kind: 'configured', changedFields: [], expiresAt: expect.any(Date) },
      // Whoever makes a session pays for so many.
      { kind: 'billed_seconds', seconds: 15 },
    ]);
    fakeCall.send({ type: 'session.output_transcript.delta', delta: CANARY });
    expect(await events.any()).toEqual({ kind: 'activity' });
    fakeCall.bill(3);
    fakeCall.bill(42.5);
    fakeCall.send({ type: 'session.usage.updated', usage: {} });
    fakeCall.send({ type: 'session.usage.updated', usage: { seconds: -1 } });
    expect(await events.next(2)).toEqual([15, 42.5].map((seconds) => ({ kind: 'billed_seconds', seconds })));
    expect(await provider.hangUp({ ...call, signal: watching.signal })).toEqual({ kind: 'ended' });
    const told = await events.rest();
    expect(told).toEqual([
      { kind: 'billed_seconds', seconds: 42.5 },
      { ...closed(1000, true), ended: true },
    ]);
    expect(await provider.hangUp({ ...call, signal: watching.signal })).toEqual({ kind: 'ended' });
  });

  test('may answer without an id: nobody knows', async () => {
    fake.nextOffer({ kind: 'answer', location: 'none' });
    expect(await openCall(liveCalls(), watching.signal, live)).toMatchObject({
      ...{ kind: 'uncertain', code: 'upstream_answer_invalid', upstreamStatus: 201 },
    });
    fake.nextOffer({ kind: 'answer', body: 'no SDP' });
    expect(await openCall(liveCalls(), watching.signal, live)).toMatchObject({ kind: 'refused' });
    expect(fake.calls[1]?.status).toBe('ended');
  });
});
