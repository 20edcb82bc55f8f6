import { OpenAIRealtimeWebRTC, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';

/** What the page has seen of a call. */
export type Seen = {
  readonly callId: string | undefined;
  readonly events: string[];
  readonly states: string[];
};

/**
 * Holds a call as apps do: OpenAI's SDK as it is, but for its base URL.
 * @param callUrl where it sends its offer, and nothing else
 */
async function connect(callUrl: string, clientSecret: string): Promise<string | undefined> {
  const transport = new OpenAIRealtimeWebRTC({ baseUrl: callUrl });
  const agent = new RealtimeAgent({ name: 'assistant', instructions: 'Be brief, and kind.' });
  const session = new RealtimeSession(agent, { transport, model: 'gpt-realtime' });
  const seen: Seen = { callId: undefined, events: [], states: [] };
  transport.on('connection_change', (state) => void seen.states.push(state));
  transport.on('*', ({ type }) => void seen.events.push(type));
  Reflect.set(window, 'seen', seen);
  Reflect.set(window, 'session', session);
  await session.connect({ apiKey: clientSecret });
  return transport.callId;
}

Reflect.set(window, 'connect', connect);
