import { randomBytes } from 'node:crypto';
import type { AttachOutcome, AttachRequest } from '../../calls/call-provider.ts';
import type { JsonObject } from '../../platform/validation/json.ts';
import { realtimeWire } from '../calls/realtime-wire.ts';
import { createSideChannel } from '../calls/side-channel.ts';
import { loadWerift } from './load-werift.ts';
import { createConversation } from './sandbox-conversation.ts';
import { isSandboxModel, replyTo, type SandboxReply } from './sandbox-failures.ts';
import { openPeer, type SandboxPeer } from './sandbox-peer.ts';
import { parseSandboxRequest } from './sandbox-request.ts';
import { callRequest } from './sandbox-schema.ts';

// Each call has sockets of its own.
const MAX_CALLS = 100;
const TONE_MS = 1500;

export type SandboxCalls = {
  /** Answers POST /realtime/calls, in OpenAI's form of it. */
  open(contentType: string | undefined, body: string): Promise<SandboxReply>;
  hangUp(id: string): Promise<SandboxReply>;
  /** The side channel: in this process, because nobody else can have it. */
  attach(request: AttachRequest): AttachOutcome;
  close(): Promise<void>;
};

type Call = { tell(event: JsonObject): void; end(): Promise<void>; readonly listeners: Set<Listener> };
type Listener = { tell(event: JsonObject): void; ended(): void };

/** Calls that a browser can really make, on this machine. */
export function createSandboxCalls(): SandboxCalls {
  const calls = new Map<string, Call>();

  async function make(sdp: string, session: Parameters<typeof createConversation>[0]): Promise<SandboxReply> {
    const werift = await loadWerift();
    const suffix = randomBytes(16).toString('hex');
    const id = `rtc_${suffix}`;
    const expiresAt = Math.floor(Date.now() / 1000) + realtimeWire.longestCallSeconds;
    const conversation = createConversation(session, `sess_${suffix}`, expiresAt);
    const listeners = new Set<Listener>();
    let peer: SandboxPeer | undefined;
    const tell = (event: JsonObject) => {
      peer?.send(JSON.stringify(event));
      for (const listener of listeners) listener.tell(event);
    };
    const end = async () => {
      if (!calls.delete(id)) return;
      clearTimeout(expiry);
      for (const listener of listeners) listener.ended();
      await peer?.close();
    };
    const expiry = setTimeout(() => void end(), 1000 * realtimeWire.longestCallSeconds).unref();
    calls.set(id, { tell, end, listeners });
    try {
      peer = await openPeer(werift, sdp, {
        opened: () => peer?.send(JSON.stringify(conversation.greeting())),
        message(text) {
          const { events, speaking } = conversation.answer(text);
          for (const event of events) tell(event);
          if (speaking !== null) peer?.play(TONE_MS, () => tell(conversation.said(speaking)));
        },
        left: () => void end(),
      });
    } catch {
      await end();
      return refuse(400, 'invalid_offer', 'The SDP offer cannot be answered.');
    }
    const headers = {
      'content-type': 'text/plain; charset=utf-8',
      location: `/v1/realtime/calls/${id}`,
      'access-control-expose-headers': 'Location, X-Request-Id',
    };
    return { status: 201, body: peer.sdpAnswer, headers };
  }

  return {
    async open(contentType, body) {
      const parts = readParts(contentType, body);
      if (parts === null) return refuse(400, 'invalid_multipart', 'The parts sdp and session are needed.');
      const parsed = parseSandboxRequest(parts.session, callRequest);
      if (!parsed.ok) return refuse(400, parsed.error.code, parsed.error.message, parsed.error.param);
      const { model } = parsed.request;
      if (isSandboxModel(model) || model.startsWith('sandbox-'))
        return replyTo(model, { minted: { expires_at: 0 }, param: 'session.model' });
      if (calls.size >= MAX_CALLS)
        return refuse(429, 'rate_limit_exceeded', 'The sandbox holds no more calls.');
      return make(parts.sdp, parsed.request);
    },
    async hangUp(id) {
      const call = calls.get(id);
      if (call === undefined)
        return refuse(404, 'call_id_not_found', 'No session found for the provided call_id');
      await call.end();
      return { status: 200, body: '' };
    },
    attach({ upstreamCallId, config, signal }) {
      const call = calls.get(upstreamCallId);
      if (call === undefined) return { kind: 'gone' };
      if (signal.aborted) return { kind: 'failed' };
      const letGo = () => {
        call.listeners.delete(listener);
        signal.removeEventListener('abort', close);
      };
      const { channel, push, end } = createSideChannel(letGo);
      const close = () => channel.close();
      const listener: Listener = {
        tell(event) {
          const type = String(event['type']);
          push(realtimeWire.eventsOfType(type));
          if (realtimeWire.isRead(type)) push(realtimeWire.readEvent(event, config));
        },
        ended() {
          end(1000, true);
          letGo();
        },
      };
      call.listeners.add(listener);
      signal.addEventListener('abort', close);
      return { kind: 'attached', channel };
    },
    close: async () => {
      await Promise.all([...calls.values()].map((call) => call.end()));
    },
  };
}

/** The parts of a multipart body, whatever their order. */
function readParts(contentType: string | undefined, body: string): { sdp: string; session: string } | null {
  const boundary = /^multipart\/form-data;\s*boundary=("?)([\w'()+,./:=? -]{1,70})\1$/i.exec(
    contentType ?? '',
  )?.[2];
  if (boundary === undefined) return null;
  const parts = new Map<string, string>();
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1, -1)) {
    const end = part.indexOf('\r\n\r\n');
    const name = /name="(\w{1,20})"/.exec(part.slice(0, end))?.[1];
    if (end >= 0 && name !== undefined) parts.set(name, part.slice(end + 4));
  }
  const sdp = parts.get('sdp');
  const session = parts.get('session');
  return sdp === undefined || session === undefined ? null : { sdp, session };
}

function refuse(
  status: number,
  code: string | null,
  message: string,
  param: string | null = null,
): SandboxReply {
  return { status, body: { error: { message, type: 'invalid_request_error', param, code } } };
}
