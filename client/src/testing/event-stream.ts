import type { SessionEventsSubscriptionVariables } from '../generated/types.ts';
import type { SessionEvent } from '../results.ts';
import { type FakeSessions, matches } from './fake-sessions.ts';

type Options = SessionEventsSubscriptionVariables & { readonly signal: AbortSignal | null };

/** The events of a fake gateway, as server-sent events: first those since `after`, then those that come. */
export function eventStream(
  sessions: FakeSessions,
  { filter, after, signal }: Options,
): { readonly response: Response; end(): void } {
  const encoder = new TextEncoder();
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (event: SessionEvent) => {
        if (!matches(event.session, filter ?? null)) return;
        const data = JSON.stringify({ data: { sessionEvents: event } });
        controller.enqueue(encoder.encode(`event: next\ndata: ${data}\n\n`));
      };
      for (const event of after == null ? [] : sessions.eventsAfter(after)) send(event);
      const stop = sessions.onEvent(send);
      end = () => {
        stop();
        end = () => {};
        controller.close();
      };
      signal?.addEventListener(
        'abort',
        () => {
          stop();
          end = () => {};
          controller.error(signal.reason);
        },
        { once: true },
      );
    },
    cancel: () => end(),
  });
  const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  return { response, end: () => end() };
}
