import { isTransient, wait, waitBefore } from './attempts.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { failureOf, heard, send } from './exchange.ts';
import type { RequestOptions } from './gatehouse.ts';
import { GatehouseError } from './gatehouse-error.ts';
import { sessionEvents as document, eventsPosition as positionDocument } from './generated/documents.ts';
import type { RealtimeSessionFilter, SessionEventsSubscription } from './generated/types.ts';
import { query } from './operations.ts';
import { readAnswer } from './read-answer.ts';
import type { Client } from './request.ts';
import type { SessionEvent } from './results.ts';
import { createResumePoint, type ResumePoint } from './resume-point.ts';
import { serverSentEvents } from './server-sent-events.ts';

/** A connection that lasted so long was a good one: the next attempt need not wait longer than the first. */
const STABLE_MS = 10_000;

export type WatchOptions = RequestOptions & {
  readonly filter?: RealtimeSessionFilter | undefined;
  readonly after?: string | undefined;
};

type Connection = WatchOptions & { readonly onOpen: () => void };

/**
 * Follows the changes of sessions. A connection that ends is opened again where it ended, for as long as that takes; each
 * failure in a row makes the wait longer.
 * @throws GatehouseError when trying again does not help; the reason of the signal
 */
export async function* watchSessions(
  client: Client,
  { filter, after, signal }: WatchOptions = {},
): AsyncGenerator<SessionEvent, void> {
  let point: ResumePoint | null = null;
  for (let failures = 1; ; failures += 1) {
    let reason: GatehouseError | null = null;
    let openedAt: number | null = null;
    const onOpen = () => {
      openedAt = performance.now();
    };
    try {
      // Even the first connection can break before its first event.
      point ??= createResumePoint(after ?? (await readEventsPosition(client, { signal })));
      for await (const event of connectOnce(client, { filter, after: point.after(), signal, onOpen })) {
        if (!point.receive(event.id)) continue;
        failures = 1;
        yield event;
      }
    } catch (error) {
      reason = reasonToComeBack(client, error, openedAt !== null);
    }
    if (wasStable(openedAt)) failures = 1;
    await wait(waitBefore(reason, failures), signal);
  }
}

/** From where to follow the changes that come from now on. */
export async function readEventsPosition(client: Client, options?: RequestOptions): Promise<string> {
  return (await query(client, positionDocument, {}, options)).realtimeSessions.eventsAfter;
}

/** @returns the error, if it may be another thing the next time @throws the error otherwise */
function reasonToComeBack({ auth }: Client, error: unknown, wasOpen: boolean): GatehouseError {
  if (!(error instanceof GatehouseError)) throw error;
  // A credential that was good when the stream began has expired since: there may be a new one.
  const canRenew = wasOpen && error.code === 'UNAUTHENTICATED' && typeof auth === 'function';
  if (!isTransient(error) && !canRenew) throw error;
  return error;
}

function wasStable(openedAt: number | null): boolean {
  return openedAt !== null && performance.now() - openedAt > STABLE_MS;
}

/** The events of one connection, until it ends. */
async function* connectOnce(
  client: Client,
  { signal, onOpen, ...variables }: Connection,
): AsyncGenerator<SessionEvent, void> {
  const deadline = startDeadline(client.timeoutMs, signal);
  try {
    const operation = { text: document.toString(), variables };
    const response = await send(client, operation, 'text/event-stream', deadline.signal);
    const stream = streamOf(response);
    if (stream === null) throw refusalOf(await heard(() => response.text(), deadline.signal), response);
    onOpen();
    yield* eventsOf(stream, response, deadline, client.silenceMs);
  } finally {
    deadline.end();
  }
}

async function* eventsOf(
  stream: ReadableStream<Uint8Array>,
  response: Response,
  deadline: Deadline,
  silenceMs: number,
): AsyncGenerator<SessionEvent, void> {
  const onBytes = () => deadline.extend(silenceMs);
  onBytes();
  try {
    for await (const { event, data } of serverSentEvents(stream, onBytes)) {
      if (event === 'complete') return;
      if (event === 'next') yield eventOf(data, response);
    }
  } catch (error) {
    throw failureOf(error, deadline.signal);
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
