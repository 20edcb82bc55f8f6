import { isTransient, wait, waitBefore } from './attempts.ts';
import { startDeadline } from './deadline.ts';
import { heard, send } from './exchange.ts';
import type { RequestOptions } from './gatehouse.ts';
import { GatehouseError } from './gatehouse-error.ts';
import { sessionEvents as document } from './generated/documents.ts';
import type { RealtimeSessionFilter, SessionEventsSubscription } from './generated/types.ts';
import { readAnswer } from './read-answer.ts';
import type { Client } from './request.ts';
import type { SessionEvent } from './results.ts';
import { serverSentEvents } from './server-sent-events.ts';

/** The gateway sends something every 15 seconds, by default. After three times that the connection is dead. */
const SILENCE_MS = 45_000;

export type WatchOptions = RequestOptions & {
  readonly filter?: RealtimeSessionFilter | undefined;
  readonly after?: string | undefined;
};

/**
 * Follows the changes of sessions. A connection that ends is opened again after the last event that was received, for as
 * long as it takes; each failure in a row makes the wait longer.
 * @throws GatehouseError when trying again does not help; the reason of the signal
 */
export async function* watchSessions(
  client: Client,
  { filter, after, signal }: WatchOptions = {},
): AsyncGenerator<SessionEvent, void> {
  let last = after;
  let failures = 0;
  for (;;) {
    let reason: GatehouseError | null = null;
    try {
      for await (const event of connectOnce(client, { filter, after: last, signal })) {
        failures = 0;
        last = event.id;
        yield event;
      }
    } catch (error) {
      if (!(error instanceof GatehouseError) || !isTransient(error)) throw error;
      reason = error;
    }
    failures += 1;
    await wait(waitBefore(reason, failures), signal);
  }
}

/** The events of one connection, until it ends. */
async function* connectOnce(
  client: Client,
  { signal, ...variables }: WatchOptions,
): AsyncGenerator<SessionEvent, void> {
  const deadline = startDeadline(client.timeoutMs, signal);
  try {
    const operation = { text: document.toString(), variables };
    const response = await send(client, operation, 'text/event-stream', deadline.signal);
    const stream = streamOf(response);
    if (stream === null) throw refusalOf(await heard(() => response.text(), deadline.signal), response);
    deadline.extend(SILENCE_MS);
    const messages = serverSentEvents(stream, () => deadline.extend(SILENCE_MS));
    for (;;) {
      const { done, value } = await heard(() => messages.next(), deadline.signal);
      if (done || value.event === 'complete') return;
      if (value.event === 'next') yield eventOf(value.data, response);
    }
  } finally {
    deadline.end();
  }
}

function streamOf({ status, headers, body }: Response): ReadableStream<Uint8Array> | null {
  const isStream = status === 200 && headers.get('content-type')?.startsWith('text/event-stream') === true;
  return isStream ? body : null;
}

function refusalOf(text: string, response: Response): GatehouseError {
  const { error } = readAnswer(text, response);
  return error ?? new GatehouseError('MALFORMED_ANSWER', 'The gateway answered no stream of events.');
}

/** @throws GatehouseError that the gateway ended the stream with */
function eventOf(text: string, response: Response): SessionEvent {
  const { data, error } = readAnswer(text, response);
  if (data === null)
    throw error ?? new GatehouseError('MALFORMED_ANSWER', 'The gateway sent an empty event.');
  return (data as SessionEventsSubscription).sessionEvents;
}
