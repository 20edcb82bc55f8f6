import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ExecutionResult } from 'graphql';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies that buffer answers by themselves would hold events back.
  'x-accel-buffering': 'no',
};

// How long all streams together may occupy the event loop without a pause.
const TURN_MS = 10;
let turnEndsAt: number | null = null;

const COMPLETE = 'event: complete\ndata:\n\n';

/** Answers with one result, as JSON, and the end of the stream, for clients that accept nothing but events. */
export function answerEvent(response: ServerResponse, json: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(200, HEADERS).end(`${eventOf(json)}${COMPLETE}`);
}

/**
 * Answers with results as they come, as GraphQL over SSE specifies ("distinct connections"). The next result is requested
 * when the one before has been sent, so that events for a slow reader wait where they are counted. A comment is sent
 * when nothing else was for a while, so that nobody takes the connection for dead.
 * @param results its return value says whether the stream is complete; otherwise the client should reconnect
 * @param heartbeatMs the longest time without sending anything
 */
export async function answerEvents(
  response: ServerResponse,
  results: AsyncIterator<ExecutionResult, boolean>,
  heartbeatMs: number,
): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(200, HEADERS);
  // Some clients consider the stream open only when its first bytes arrive.
  response.write(':\n\n');
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, heartbeatMs);
  try {
    for (;;) {
      const { done, value } = await results.next();
      if (response.destroyed) return;
      if (done) {
        if (value) response.write(COMPLETE);
        response.end();
        return;
      }
      heartbeat.refresh();
      const hasRoom = response.write(eventOf(JSON.stringify(value)));
      await (hasRoom ? yieldTurn() : drained(response));
    }
  } finally {
    clearInterval(heartbeat);
  }
}

function eventOf(json: string): string {
  return `event: next\ndata: ${json}\n\n`;
}

/**
 * Lets the event loop continue when streams have occupied it for TURN_MS. Writing to a socket that has room never waits
 * otherwise, and a thousand events for each of many subscribers would keep all other requests waiting.
 */
async function yieldTurn(): Promise<void> {
  const now = performance.now();
  if (turnEndsAt === null) {
    turnEndsAt = now + TURN_MS;
    setImmediate(() => {
      turnEndsAt = null;
    });
  } else if (now > turnEndsAt) {
    await nextTurn();
  }
}

/** Waits until the socket has room again, or is closed. */
async function drained(response: ServerResponse): Promise<void> {
  const finished = new AbortController();
  const until = { signal: finished.signal };
  try {
    await Promise.race([once(response, 'drain', until), once(response, 'close', until)]);
  } finally {
    finished.abort();
  }
}
