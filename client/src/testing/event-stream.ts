import type { SessionEventsSubscriptionVariables } from '../generated/types.ts';
import type { SessionEvent } from '../results.ts';
import { type FakeSessions, matches } from './fake-sessions.ts';

type Options = SessionEventsSubscriptionVariables & {
  readonly signal: AbortSignal | null;
  /** Is called once, whoever ends it. */
  readonly onEnd: () => void;
};

/** The events of a fake gateway, as server-sent events: first those since `after`, then those that come. */
export function eventStream(
  sessions: FakeSessions,
  { filter, after, signal, onEnd }: Options,
): { readonly response: Response; readonly end: () => void } {
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const send = (event: SessionEvent) => {
    if (!matches(event.session, filter ?? null)) return;
    const data = JSON.stringify({ data: { sessionEvents: event } });
    writer.write(encoder.encode(`event: next\ndata: ${data}\n\n`)).catch(() => {});
  };
  const end = () => void writer.abort(signal?.reason).catch(() => {});

  const stop = sessions.onEvent(send);
  // However it ends: broken, aborted, or no longer read.
  writer.closed
    .catch(() => {})
    .then(() => {
      stop();
      onEnd();
    });
  signal?.addEventListener('abort', end, { once: true });
  for (const event of after == null ? [] : sessions.eventsAfter(after)) send(event);
  return { response: new Response(readable, { headers: { 'content-type': 'text/event-stream' } }), end };
}
