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

// How long all streams together may keep the event loop.
const TURN_MS = 10;
let turnEndsAt: number | null = null;

/**
 * Answers with results as they come, as GraphQL over SSE has it (distinct connections). The next is asked for when the
 * one before has left: what a slow reader does not take waits where it can be counted. Between results a comment is
 * sent now and then, so that nobody takes the connection for dead.
 * @param results the last says whether that is all there will ever be; else the client is to come back
 * @param heartbeatMs how long nothing may be sent
 */
export async function answerEvents(
  response: ServerResponse,
  results: AsyncIterator<ExecutionResult, boolean>,
  heartbeatMs: number,
): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(200, HEADERS);
  // Some clients take the answer for begun only with its first bytes.
  response.write(':\n\n');
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(':\n\n');
  }, heartbeatMs);
  try {
    for (;;) {
      const { done, value } = await results.next();
      if (response.destroyed) return;
      if (done) {
        if (value) response.write('event: complete\ndata:\n\n');
        response.end();
        return;
      }
      heartbeat.refresh();
      const room = response.write(`event: next\ndata: ${JSON.stringify(value)}\n\n`);
      await (room ? turn() : drained(response));
    }
  } finally {
    clearInterval(heartbeat);
  }
}

/**
 * Waits when this turn of the event loop has been used up: where there is room nothing else would, and a thousand events
 * for each of many keep everybody else waiting.
 */
async function turn(): Promise<void> {
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

async function drained(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const until = { signal: over.signal };
  try {
    await Promise.race([once(response, 'drain', until), once(response, 'close', until)]);
  } finally {
    over.abort();
  }
}
