import { randomBytes } from 'node:crypto';
import type { Json, JsonObject } from '../../src/platform/validation/json.ts';
import type { ServerSocket } from './web-socket-server.ts';

/** What a call used, as the fake itself counts it: each response once, whatever it sent. */
export type FakeUsage = {
  responses: number;
  input_tokens: number;
  output_tokens: number;
  total_tokens: number;
  /** Of transcriptions that are billed by duration. */
  seconds: number;
};

/** How a response is told. Words are in all that have some: nobody who watches may pass them on. */
export type Turn = {
  readonly id?: string;
  readonly usage?: JsonObject | null;
  /** How often response.done comes. */
  readonly times?: number;
  /** response.done first, then what led to it. */
  readonly outOfOrder?: boolean;
  /** Bytes of words in its events. */
  readonly wordBytes?: number;
};

/** `client`: the browser left, and the provider noticed. */
type EndedBy = 'hangup' | 'client' | 'expiry' | 'upstream';

export type FakeCall = {
  readonly api: 'realtime' | 'live';
  /** rtc_u1_…, or live_u1_… */
  readonly id: string;
  readonly sessionId: string;
  /** The key that made it, which alone it is known to. */
  readonly key: string;
  readonly sdp: string;
  /** As it was asked for. */
  readonly session: JsonObject;
  readonly safetyIdentifier: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly status: 'live' | 'ended';
  readonly endedBy: EndedBy | null;
  readonly endedAt: Date | null;
  readonly hangUps: number;
  /** Of its whole life. */
  readonly attaches: number;
  /** Those that are open now. */
  readonly sideChannels: readonly ServerSocket[];
  readonly usage: Readonly<FakeUsage>;
  /** Sends an event, or text as it is, to all side channels. */
  send(event: JsonObject | string): void;
  /** The user speaks. */
  speak(): void;
  /** Somebody answers: from response.created to response.done. @returns its id */
  respond(turn?: Turn): string;
  /** What the user said was transcribed. @returns the item's id */
  transcribe(usage?: JsonObject): string;
  /** What the whole call is billed for so far: what a Live session tells now and then. */
  bill(seconds: number): void;
  /** The browser changes the config: session.updated with the whole session. */
  configure(changes: JsonObject): void;
  /** The side channels close, and the call goes on. */
  drop(code: 1000 | 1001 | 1006): void;
  /** It ends by itself, and is known no longer. */
  end(by?: EndedBy): void;
};

/** A word that is in every event that has words. */
export const CANARY = 'canary-word-of-a-conversation';

export const USAGE: JsonObject = {
  total_tokens: 253,
  input_tokens: 132,
  output_tokens: 121,
  input_token_details: {
    text_tokens: 119,
    audio_tokens: 13,
    image_tokens: 0,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 64, audio_tokens: 0, image_tokens: 0 },
  },
  output_token_details: { text_tokens: 30, audio_tokens: 91 },
};

export type FakeCallOptions = Pick<
  FakeCall,
  'api' | 'key' | 'sdp' | 'session' | 'safetyIdentifier' | 'expiresAt' | 'createdAt'
>;

/** A call, and what the fake's server needs of it. */
export type HeldCall = FakeCall & {
  attach(socket: ServerSocket): void;
  countHangUp(): void;
};

export function createFakeCall(options: FakeCallOptions): HeldCall {
  const suffix = alphanumeric(32);
  const isLive = options.api === 'live';
  const sockets = new Set<ServerSocket>();
  const counted = new Set<string>();
  const usage: FakeUsage = { responses: 0, input_tokens: 0, output_tokens: 0, total_tokens: 0, seconds: 0 };
  const state = {
    status: 'live' as 'live' | 'ended',
    endedBy: null as FakeCall['endedBy'],
    endedAt: null as Date | null,
    hangUps: 0,
    attaches: 0,
  };
  let session = { ...options.session };
  const send = (event: JsonObject | string) => {
    const text = typeof event === 'string' ? event : JSON.stringify(event);
    for (const socket of sockets) socket.send(text);
  };
  const say = (type: string, fields: JsonObject) =>
    send({ type, event_id: `event_${alphanumeric(21)}`, ...fields });
  const count = (id: string, used: JsonObject | null) => {
    if (used === null || counted.has(id)) return;
    counted.add(id);
    usage.input_tokens += numberOf(used['input_tokens']);
    usage.output_tokens += numberOf(used['output_tokens']);
    usage.total_tokens += numberOf(used['total_tokens']);
    usage.seconds += numberOf(used['seconds']);
  };
  const end = (by: EndedBy = 'upstream') => {
    if (state.status === 'ended') return;
    Object.assign(state, { status: 'ended', endedBy: by, endedAt: new Date() });
    if (isLive)
      say('session.closed', { reason: REASONS[by], usage: { seconds: usage.seconds }, session: answered() });
    for (const socket of sockets) socket.close(1000);
  };
  const answered = () =>
    answeredSession(session, `${isLive ? 'live' : 'sess'}_u1_${suffix}`, options.expiresAt);

  return {
    ...options,
    id: `${isLive ? 'live' : 'rtc'}_u1_${suffix}`,
    sessionId: `sess_u1_${suffix}`,
    get status() {
      return state.status;
    },
    get endedBy() {
      return state.endedBy;
    },
    get endedAt() {
      return state.endedAt;
    },
    get hangUps() {
      return state.hangUps;
    },
    get attaches() {
      return state.attaches;
    },
    get sideChannels() {
      return [...sockets];
    },
    usage,
    attach(socket) {
      state.attaches += 1;
      sockets.add(socket);
      if (isLive) socket.send(JSON.stringify({ type: 'session.started', session: answered() }));
      void socket.closed.then(() => sockets.delete(socket));
    },
    countHangUp() {
      state.hangUps += 1;
    },
    send,
    speak() {
      const item_id = `item_${alphanumeric(21)}`;
      say('input_audio_buffer.speech_started', { audio_start_ms: 100, item_id });
      say('input_audio_buffer.speech_stopped', { audio_end_ms: 900, item_id });
      say('input_audio_buffer.committed', { previous_item_id: null, item_id });
      const item = {
        id: item_id,
        type: 'message',
        role: 'user',
        content: [{ type: 'input_audio', transcript: CANARY }],
      };
      say('conversation.item.added', { previous_item_id: null, item });
      say('conversation.item.done', { previous_item_id: null, item });
    },
    respond({
      id = `resp_${alphanumeric(21)}`,
      usage: used = USAGE,
      times = 1,
      outOfOrder = false,
      wordBytes = 0,
    } = {}) {
      const words = `${CANARY} ${'x'.repeat(wordBytes)}`;
      const place = {
        response_id: id,
        item_id: `item_${alphanumeric(21)}`,
        output_index: 0,
        content_index: 0,
      };
      const part = { type: 'output_audio', transcript: words };
      const item = {
        id: place.item_id,
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [part],
      };
      const response = {
        object: 'realtime.response',
        id,
        status_details: null,
        output: [item],
        metadata: null,
      };
      const before: (() => void)[] = [
        () =>
          say('response.created', {
            response: { ...response, status: 'in_progress', output: [], usage: null },
          }),
        () => say('response.output_item.added', { response_id: id, output_index: 0, item }),
        () => say('output_audio_buffer.started', { response_id: id }),
        () => say('response.output_audio_transcript.delta', { ...place, delta: words, obfuscation: 'x9' }),
        () => say('response.output_audio_transcript.done', { ...place, transcript: words }),
        () => say('response.content_part.done', { ...place, part }),
        () =>
          say('rate_limits.updated', {
            rate_limits: [{ name: 'tokens', limit: 40_000, remaining: 39_000, reset_seconds: 1 }],
          }),
      ];
      const done = () => {
        for (let time = 0; time < times; time += 1)
          say('response.done', { response: { ...response, status: 'completed', usage: used } });
      };
      if (outOfOrder) done();
      for (const tell of before) tell();
      if (!outOfOrder) done();
      if (!counted.has(id)) usage.responses += 1;
      count(id, used);
      say('output_audio_buffer.stopped', { response_id: id });
      return id;
    },
    transcribe(used = { type: 'duration', seconds: 1.5 }) {
      const item_id = `item_${alphanumeric(21)}`;
      const place = { item_id, content_index: 0 };
      say('conversation.item.input_audio_transcription.delta', { ...place, delta: CANARY });
      say('conversation.item.input_audio_transcription.completed', {
        ...place,
        transcript: CANARY,
        usage: used,
      });
      count(item_id, used);
      return item_id;
    },
    bill(seconds) {
      usage.seconds = seconds;
      say('session.usage.updated', { usage: { seconds } });
    },
    configure(changes) {
      session = { ...session, ...changes };
      say('session.updated', { session: answered() });
    },
    drop(code) {
      for (const socket of sockets) socket.close(code);
    },
    end,
  };
}

// As session.closed names them.
const REASONS = {
  hangup: 'close_requested',
  client: 'remote_hangup',
  expiry: 'expired',
  upstream: 'connection_lost',
} as const satisfies Record<EndedBy, string>;

/** The complete session, as session.updated has it. */
function answeredSession(asked: JsonObject, id: string, expiresAt: Date): JsonObject {
  return {
    type: 'realtime',
    object: 'realtime.session',
    id,
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    truncation: 'auto',
    prompt: null,
    expires_at: Math.floor(expiresAt.getTime() / 1000),
    audio: { input: { turn_detection: { type: 'server_vad' } }, output: { voice: 'marin', speed: 1 } },
    include: null,
    ...asked,
  };
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

export function alphanumeric(length: number): string {
  let text = '';
  while (text.length < length)
    text += randomBytes(48)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '');
  return text.slice(0, length);
}
