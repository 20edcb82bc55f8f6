import { afterEach, describe, expect, test } from 'vitest';
import type { CallEvent, CallProvider, OpenCallOutcome, SideChannel } from '../../src/calls/call-provider.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { createOpenAi } from '../../src/providers/openai.ts';
import type { ClosableProvider } from '../../src/providers/provider-over-http.ts';
import type { CallRequest } from '../../src/sessions/call-request.ts';
import { CANARY, type FakeCall, USAGE } from '../support/fake-call.ts';
import { startFakeCalls } from '../support/fake-calls.ts';
import { use } from '../support/fixture.ts';

// Each way in which a provider's call control is known to behave, and what the port makes of it.

const KEY = 'sk-opened-it';
const OFFER = 'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n';
const config: CallRequest = {
  type: 'REALTIME',
  model: 'gpt-realtime-2.1',
  instructions: `Be brief. ${CANARY}`,
  voice: 'marin',
  turnDetection: null,
  tools: [{ kind: 'FUNCTION', name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
  extra: { speed: 1.25 },
};

const fake = use(
  () => startFakeCalls({ keys: [KEY, 'sk-another'] }),
  (started) => started.stop(),
);
const opened: ClosableProvider[] = [];
const signals: AbortController[] = [];

afterEach(async () => {
  for (const controller of signals.splice(0)) controller.abort();
  await Promise.all(opened.splice(0).map((provider) => provider.close()));
  fake.reset();
});

function calls(options: { apiKey?: string; timeoutMs?: number } = {}): CallProvider {
  const provider = createOpenAi({
    name: 'openai',
    baseUrl: fake.url,
    apiKey: new Secret(options.apiKey ?? KEY),
    organization: 'org-1',
    project: 'proj_1',
    timeoutMs: options.timeoutMs ?? 10_000,
    proxies: undefined,
  });
  opened.push(provider);
  if (provider.calls === null) throw new Error('It opens calls');
  return provider.calls;
}

function signal(ms?: number): AbortSignal {
  const controller = new AbortController();
  signals.push(controller);
  return ms === undefined ? controller.signal : AbortSignal.any([controller.signal, AbortSignal.timeout(ms)]);
}

const open = (provider: CallProvider, ms?: number): Promise<OpenCallOutcome> =>
  provider.openCall({ sdp: OFFER, config, safetyIdentifier: 'user-hash', signal: signal(ms) });

/** A call that is open and watched. */
async function watched(
  provider = calls(),
): Promise<{ call: FakeCall; channel: SideChannel; events: Reader }> {
  const outcome = await open(provider);
  if (outcome.kind !== 'opened') throw new Error(`It is ${outcome.kind}`);
  const { upstreamCallId, keyId } = outcome;
  const attached = await provider.attach({ upstreamCallId, keyId, config, signal: signal() });
  if (attached.kind !== 'attached') throw new Error(`It is ${attached.kind}`);
  const call = fake.calls.at(-1);
  if (call === undefined) throw new Error('There is a call');
  return { call, channel: attached.channel, events: readerOf(attached.channel) };
}

type Reader = {
  /** The next events other than activity, this many. */
  next(count: number): Promise<CallEvent[]>;
  /** All until the last. */
  rest(): Promise<CallEvent[]>;
};

function readerOf(channel: SideChannel): Reader {
  const iterator = channel[Symbol.asyncIterator]();
  return {
    async next(count) {
      const events: CallEvent[] = [];
      while (events.length < count) {
        const { value, done } = await iterator.next();
        if (done) throw new Error('No more events');
        if (value.kind !== 'activity') events.push(value);
      }
      return events;
    },
    async rest() {
      const events: CallEvent[] = [];
      for (let step = await iterator.next(); !step.done; step = await iterator.next())
        events.push(step.value);
      return events;
    },
  };
}

const response = (responseId: string): CallEvent => ({
  kind: 'usage',
  of: 'response',
  responseId,
  usage: USAGE,
});

describe('opening', () => {
  test('sends the offer and the stored config, as recorded, once', async () => {
    const outcome = await open(calls());
    const [call] = fake.calls;
    expect(outcome).toEqual({
      kind: 'opened',
      upstreamCallId: call?.id,
      keyId: expect.stringMatching(/^key_[0-9a-f]{16}$/),
      sdpAnswer: expect.stringMatching(/^v=0\r\n[^]*m=audio[^]*\r\n$/),
    });
    expect(call).toMatchObject({ key: KEY, sdp: OFFER, safetyIdentifier: 'user-hash' });
    expect(call?.session).toEqual({
      type: 'realtime',
      model: 'gpt-realtime-2.1',
      instructions: config.instructions,
      audio: { input: { turn_detection: null }, output: { voice: 'marin', speed: 1.25 } },
      tools: [{ type: 'function', name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
    });
    expect(fake.requests).toHaveLength(1);
    expect(fake.requests[0]?.headers).toMatchObject({
      'openai-organization': 'org-1',
      'openai-project': 'proj_1',
    });
  });
});

describe('watching', () => {
  test('tells usage, and no word', async () => {
    const { call, channel, events } = await watched();
    call.speak();
    const id = call.respond();
    expect(await events.next(1)).toEqual([response(id)]);
    channel.close();
  });
});
