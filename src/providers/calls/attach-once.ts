import type { Dispatcher } from 'undici';
import type { AttachOutcome, CallEvent } from '../../calls/call-provider.ts';
import { HEAD_BYTES } from '../../platform/http-client/frame-reader.ts';
import type { Heartbeat } from '../../platform/http-client/heartbeat.ts';
import { openWebSocket, type ReadingSocket } from '../../platform/http-client/web-socket.ts';
import { isJsonObject, parseJson } from '../../platform/validation/json.ts';
import type { CallRequest } from '../../sessions/call-request.ts';
import type { CallWire } from './call-wire.ts';
import { readType } from './read-type.ts';
import { createSideChannel } from './side-channel.ts';

// More than any event that is read: a session repeats its instructions and tools, a response its words.
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export type Attempt = {
  readonly agent: Dispatcher;
  readonly heartbeat: Heartbeat;
  readonly wire: CallWire;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly config: CallRequest;
  /** Ends the attempt, or closes the channel once it is open. */
  readonly signal: AbortSignal;
  /** The longest time for the attempt, in milliseconds. */
  readonly timeoutMs: number;
};

/** Opens a side channel with one key: one attempt. `unauthorized`: it is not this key's call, or the key is not taken. */
export async function attachOnce(
  attempt: Attempt,
): Promise<AttachOutcome | { readonly kind: 'unauthorized' }> {
  const { agent, heartbeat, wire, url, headers, config, signal } = attempt;
  let socket: ReadingSocket | undefined;
  let unwatch = () => {};
  const letGo = () => {
    unwatch();
    signal.removeEventListener('abort', close);
    socket?.close();
  };
  const { channel, push, end } = createSideChannel(letGo);
  const close = () => channel.close();

  const outcome = await openWebSocket(
    agent,
    {
      url,
      headers,
      signal: AbortSignal.any([signal, AbortSignal.timeout(attempt.timeoutMs)]),
      maxMessageBytes: MAX_MESSAGE_BYTES,
    },
    {
      isWanted(head) {
        const type = readType(head);
        if (type === null) return true;
        push(wire.eventsOfType(type));
        return wire.isRead(type);
      },
      message: (message) => push(readMessage(message, wire, config)),
      closed(code, clean) {
        end(code, clean);
        unwatch();
        signal.removeEventListener('abort', close);
      },
    },
  );
  if (outcome.kind === 'failed') return outcome;
  if (outcome.kind === 'refused') {
    const { status } = outcome;
    if (status === 404 || status === 410) return { kind: 'gone' };
    return { kind: status === 401 || status === 403 ? 'unauthorized' : 'failed' };
  }
  socket = outcome.socket;
  unwatch = heartbeat.watch(socket);
  if (signal.aborted) close();
  else signal.addEventListener('abort', close);
  return { kind: 'attached', channel };
}

function readMessage(message: Buffer, wire: CallWire, config: CallRequest): readonly CallEvent[] {
  const event = parseJson(message.toString('utf8'));
  if (readType(message.subarray(0, HEAD_BYTES)) !== null) return wire.readEvent(event, config);
  // Nobody has looked at its type yet.
  const type = isJsonObject(event) ? event['type'] : undefined;
  return typeof type === 'string' ? [...wire.eventsOfType(type), ...wire.readEvent(event, config)] : [];
}
