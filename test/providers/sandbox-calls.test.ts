import { afterEach, describe, expect, test } from 'vitest';
import { RTCPeerConnection, useOPUS, usePCMU } from 'werift';
import type { CallProvider } from '../../src/calls/call-provider.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../src/platform/validation/json.ts';
import { createSandboxProvider } from '../../src/providers/sandbox/sandbox.ts';
import { createConversation } from '../../src/providers/sandbox/sandbox-conversation.ts';
import { createTone } from '../../src/providers/sandbox/tone.ts';
import { eventually } from '../support/eventually.ts';
import { use } from '../support/fixture.ts';
import { CONFIG, openCall, readerOf } from '../support/watched-call.ts';

describe('a conversation with the sandbox', () => {
  const asked = { type: 'realtime', model: 'gpt-realtime', instructions: 'x' } as const;
  const begin = () => createConversation(asked, 'sess_1', 1_800_000_000);
  const types = (events: readonly JsonObject[]) => events.map(({ type }) => type);
  const say = (conversation: ReturnType<typeof begin>, event: unknown) =>
    conversation.answer(JSON.stringify(event)).events;

  test('greets with the session, and changes it', () => {
    const conversation = begin();
    expect(conversation.greeting()).toMatchObject({
      type: 'session.created',
      session: { id: 'sess_1', instructions: 'x', expires_at: 1_800_000_000 },
    });
    const change = { type: 'realtime', audio: { output: { voice: 'marin' } } };
    const [updated] = say(conversation, { type: 'session.update', session: change });
    expect(updated).toMatchObject({
      type: 'session.updated',
      session: { instructions: 'x', audio: { output: { voice: 'marin' } } },
    });
    expect(
      say(conversation, { type: 'session.update', session: { type: 'realtime', speed: 1 } }),
    ).toMatchObject([{ type: 'error', error: { code: 'invalid_value' } }]);
  });

  test('answers in text or aloud, and counts tokens', () => {
    const conversation = begin();
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Good morning.' }] };
    expect(types(say(conversation, { type: 'conversation.item.create', item }))).toEqual([
      'conversation.item.added',
      'conversation.item.done',
    ]);
    const text = say(conversation, { type: 'response.create', response: { output_modalities: ['text'] } });
    expect(types(text)).toContain('response.output_text.delta');
    const aloud = conversation.answer('{"type":"response.create"}');
    expect(aloud.speaking).toMatch(/^resp_/);
    expect(types(aloud.events)).toContain('response.output_audio_transcript.delta');
    expect(aloud.events.at(-1)).toMatchObject({
      type: 'response.done',
      response: {
        id: aloud.speaking,
        usage: { output_token_details: { audio_tokens: expect.any(Number), text_tokens: 0 } },
      },
    });
    expect(JSON.stringify(aloud)).not.toContain('Good morning');
  });

  test.each(['', '[]', '{"type":"session.close"}', '{"type":"conversation.item.create"}'])(
    'refuses %j',
    (message) => {
      expect(types(begin().answer(message).events)).toEqual(['error']);
    },
  );
});

describe('calls at the sandbox', () => {
  const provider = use(
    () => createSandboxProvider({ timeoutMs: 10_000 }),
    (created) => created.close(),
  );
  let watching = new AbortController();
  afterEach(() => {
    watching.abort();
    watching = new AbortController();
  });
  const calls = (): CallProvider => {
    if (provider.calls === null) throw new Error('werift is installed');
    return provider.calls;
  };

  test.each([
    ['sandbox-refused', 'refused', 'upstream_unreachable'],
    ['sandbox-400', 'refused', 'upstream_rejected'],
    ['sandbox-429', 'refused', 'upstream_rate_limited'],
    ['sandbox-500', 'uncertain', 'upstream_error'],
    ['sandbox-cut', 'uncertain', 'upstream_connection_lost'],
    ['sandbox-no-secret', 'uncertain', 'upstream_answer_invalid'],
    ['sandbox-unheard-of', 'refused', 'upstream_rejected'],
  ])('fail as mints do: %s', async (model, kind, code) => {
    expect(await openCall(calls(), watching.signal, { ...CONFIG, model })).toMatchObject({ kind, code });
  });

  test('need an offer that can be answered', async () => {
    const request = { config: CONFIG, safetyIdentifier: 'x', signal: watching.signal };
    expect(await calls().openCall({ ...request, sdp: 'v=0\r\nnonsense' })).toMatchObject({ kind: 'refused' });
  });

  async function connect() {
    const browser = await openBrowser();
    const opened = await calls().openCall({
      ...{ sdp: browser.offer, config: CONFIG, safetyIdentifier: 'x', signal: watching.signal },
    });
    if (opened.kind !== 'opened') throw new Error(`The call is ${opened.kind}`);
    const request = { ...opened, config: CONFIG, signal: watching.signal };
    const attached = await calls().attach(request);
    if (attached.kind !== 'attached') throw new Error(`Attaching is ${attached.kind}`);
    await browser.accept(opened.sdpAnswer);
    await eventually(async () => (browser.received.includes('session.created') ? true : undefined));
    return { browser, request, events: readerOf(attached.channel) };
  }

  test('end when the browser leaves', async () => {
    const { browser, request, events } = await connect();
    await browser.close();
    expect(await events.rest()).toEqual([{ kind: 'closed', code: 1000, clean: true, ended: false }]);
    expect(await calls().attach(request)).toEqual({ kind: 'gone' });
  });

  test('connect, say something, and end', async () => {
    const { browser, request, events } = await connect();
    browser.send({ type: 'session.update', session: { type: 'realtime', instructions: 'Something else.' } });
    browser.send({ type: 'response.create' });
    const [configured, used] = await events.next(2);
    expect(configured).toMatchObject({ kind: 'configured', changedFields: ['instructions'] });
    expect(used).toMatchObject({
      kind: 'usage',
      of: 'response',
      responseId: expect.stringMatching(/^resp_/),
    });
    await eventually(async () =>
      browser.received.includes('output_audio_buffer.stopped') ? true : undefined,
    );
    expect(browser.packets()).toBeGreaterThan(10);
    expect(await calls().hangUp(request)).toEqual({ kind: 'ended' });
    expect((await events.rest()).at(-1)).toEqual({ kind: 'closed', code: 1000, clean: true, ended: false });
    expect(await calls().attach(request)).toEqual({ kind: 'gone' });
    expect(await calls().hangUp(request)).toEqual({ kind: 'ended' });
    await eventually(async () => (browser.isChannelOpen() ? undefined : true));
    await browser.close();
  });
});

describe('the tone', () => {
  test('is one of 440 Hz, as RTP packets of PCMU', () => {
    const tone = createTone();
    const packets = [tone.next(), tone.next()];
    expect(packets.map((packet) => packet.subarray(0, 8).toString('hex'))).toEqual([
      '8080000000000000',
      '80000001000000a0',
    ]);
    const samples = packets.flatMap((packet) => [...packet.subarray(12)]);
    expect(samples).toHaveLength(320);
    for (const [index, sample] of samples.entries()) {
      const wanted = 8000 * Math.sin((2 * Math.PI * 440 * index) / 8000);
      expect(Math.abs(linear(sample) - wanted)).toBeLessThanOrEqual(8 + Math.abs(wanted) / 16);
    }
  });

  /** ITU-T G.711, the other way. */
  function linear(byte: number): number {
    const bits = ~byte & 0xff;
    const magnitude = (((bits & 0x0f) << 3) + 132) << ((bits & 0x70) >> 4);
    return (bits & 0x80) === 0 ? magnitude - 132 : 132 - magnitude;
  }
});

/** A browser's part of a call, played by the same library. */
async function openBrowser() {
  const connection = new RTCPeerConnection({
    codecs: { audio: [useOPUS(), usePCMU()] },
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  connection.addTransceiver('audio', { direction: 'sendrecv' });
  const channel = connection.createDataChannel('oai-events');
  const received: string[] = [];
  let packets = 0;
  connection.onTrack.subscribe((track) =>
    track.onReceiveRtp.subscribe(() => {
      packets += 1;
    }),
  );
  channel.onMessage.subscribe((message) => {
    const event = parseJson(message.toString());
    if (isJsonObject(event)) received.push(String(event['type']));
  });
  await connection.setLocalDescription(await connection.createOffer());
  return {
    offer: connection.localDescription?.sdp ?? '',
    received,
    packets: () => packets,
    accept: (sdp: string): Promise<void> => connection.setRemoteDescription({ type: 'answer', sdp }),
    send: (event: JsonObject): void => channel.send(JSON.stringify(event)),
    isChannelOpen: (): boolean => channel.readyState === 'open',
    close: (): Promise<void> => connection.close(),
  };
}
