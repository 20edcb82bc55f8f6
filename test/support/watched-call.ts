import type { CallEvent, CallProvider, SideChannel } from '../../src/calls/call-provider.ts';
import type { CallRequest } from '../../src/sessions/call-request.ts';
import { CANARY } from './fake-call.ts';

export const OFFER =
  'v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n';

export const CONFIG: CallRequest = {
  type: 'REALTIME',
  model: 'gpt-realtime-2.1',
  instructions: `Be brief. ${CANARY}`,
  voice: 'marin',
  turnDetection: null,
  tools: [{ kind: 'FUNCTION', name: 'weather', description: 'Tells it', parameters: { type: 'object' } }],
  extra: { speed: 1.25 },
};

export const openCall = (provider: CallProvider, signal: AbortSignal, config = CONFIG) =>
  provider.openCall({ sdp: OFFER, config, safetyIdentifier: 'user-hash', signal });

/** Opens a call and attaches to it. */
export async function watchCall(provider: CallProvider, signal: AbortSignal, config = CONFIG) {
  const outcome = await openCall(provider, signal, config);
  if (outcome.kind !== 'opened') throw new Error(`The call is ${outcome.kind}`);
  const { upstreamCallId, keyId } = outcome;
  const attached = await provider.attach({ upstreamCallId, keyId, config, signal });
  if (attached.kind !== 'attached') throw new Error(`The attempt to attach is ${attached.kind}`);
  return { upstreamCallId, keyId, channel: attached.channel, events: readerOf(attached.channel) };
}

export type EventReader = {
  /** The next event, activity included. */
  any(): Promise<CallEvent>;
  /** The next events but for activity. */
  next(count: number): Promise<CallEvent[]>;
  /** All until the last. */
  rest(): Promise<CallEvent[]>;
};

export function readerOf(channel: SideChannel): EventReader {
  const iterator = channel[Symbol.asyncIterator]();
  const any = async () => {
    const step = await iterator.next();
    if (step.done === true) throw new Error('There are no more events');
    return step.value;
  };
  return {
    any,
    async next(count) {
      const events: CallEvent[] = [];
      while (events.length < count) {
        const event = await any();
        if (event.kind !== 'activity') events.push(event);
      }
      return events;
    },
    async rest() {
      const events: CallEvent[] = [];
      for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
        events.push(step.value);
      return events;
    },
  };
}
