import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { ROOT_KEY } from './gateway.ts';
import type { Parsed } from './parsed.ts';

export const SESSION_EVENTS = /* GraphQL */ `
  subscription SessionEvents($filter: RealtimeSessionFilter, $after: ID) {
    sessionEvents(filter: $filter, after: $after) { id type at session { id status } }
  }
`;

export type StreamRequest = {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Default: the root key. */
  readonly credential?: string;
  readonly method?: 'GET' | 'POST';
  readonly accept?: string;
};

/** A message that arrived: a result, or that the stream is complete. `at` is by this machine's clock. */
export type Arrived = {
  readonly kind: 'next' | 'complete';
  readonly result: Parsed;
  readonly at: number;
};

export type EventStream = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All messages so far. */
  readonly arrived: readonly Arrived[];
  comments(): number;
  /** Takes the next result. Fails if the stream ends before, or if none arrives in time. */
  next(withinMs?: number): Promise<Arrived['result']>;
  /** Takes the next results, `count` of them. */
  take(count: number, withinMs?: number): Promise<Arrived['result'][]>;
  /** Waits for the end: with `complete`, by the server without it, or because the connection broke. */
  ended(withinMs?: number): Promise<'complete' | 'end' | 'broken'>;
  /** Waits for one more comment. */
  comment(withinMs?: number): Promise<void>;
  /** Stops reading until `resume` is called. */
  pause(): void;
  resume(): void;
  close(): void;
};

export type Refused = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};

const PATIENCE_MS = 5000;

/** Opens a stream. @throws if it is refused */
export async function openStream(url: string, request: StreamRequest = {}): Promise<EventStream> {
  const answer = await send(url, request);
  if (!isStream(answer)) throw new Error(`No stream: ${answer.statusCode} ${await textOf(answer)}`);
  return follow(answer);
}

/** Asks for a stream. @throws if it is granted */
export async function askForStream(url: string, request: StreamRequest = {}): Promise<Refused> {
  const answer = await send(url, request);
  if (isStream(answer)) {
    answer.destroy();
    throw new Error('The stream was granted');
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await textOf(answer) };
}

/** Asks for a stream that is refused as GraphQL over SSE specifies: one result with errors, and complete. @returns them */
export async function errorsOfStream(url: string, request: StreamRequest = {}) {
  const stream = await openStream(url, request);
  const { errors, ...rest } = await stream.next();
  if ((await stream.ended()) !== 'complete' || stream.arrived.length !== 2 || rest.data)
    throw new Error(`Not refused: ${JSON.stringify(stream.arrived)}`);
  return errors;
}

/** The session events among results. */
export function eventsOf(results: readonly Arrived['result'][]) {
  return results.map(({ data }) => data.sessionEvents);
}

function send(
  url: string,
  {
    query = SESSION_EVENTS,
    variables = {},
    credential = ROOT_KEY,
    method = 'POST',
    accept = 'text/event-stream',
  }: StreamRequest,
): Promise<IncomingMessage> {
  const target = new URL(url);
  const headers = { accept, authorization: `Bearer ${credential}`, 'content-type': 'application/json' };
  if (method === 'GET') {
    target.searchParams.set('query', query);
    target.searchParams.set('variables', JSON.stringify(variables));
  }
  return new Promise((resolve, reject) => {
    const asking = request(target, { method, headers, agent: false });
    asking.once('response', resolve).once('error', reject);
    asking.end(method === 'POST' ? JSON.stringify({ query, variables }) : undefined);
  });
}

function isStream({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 200 && headers['content-type']?.startsWith('text/event-stream') === true;
}

async function textOf(answer: IncomingMessage): Promise<string> {
  return Buffer.concat(await answer.toArray()).toString('utf8');
}

function follow(answer: IncomingMessage): EventStream {
  const arrived: Arrived[] = [];
  let taken = 0;
  let comments = 0;
  let end: 'complete' | 'end' | 'broken' | null = null;
  let pending = '';
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const look of waiting) look();
  };
  const finish = (how: 'end' | 'broken') => {
    end ??= arrived.at(-1)?.kind === 'complete' ? 'complete' : how;
    changed();
  };
  answer.setEncoding('utf8');
  answer.on('data', (text: string) => {
    const blocks = (pending + text).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block === ':') comments += 1;
      else arrived.push(parse(block));
    }
    changed();
  });
  answer.on('end', () => finish('end'));
  answer.on('error', () => finish('broken'));
  answer.on('close', () => finish('broken'));

  /** Waits until `probe` returns something. Fails when the stream ends, or after a time. */
  function until<T>(probe: () => T | undefined, withinMs: number, what: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = probe();
        if (found !== undefined) settle(() => resolve(found));
        else if (end !== null) settle(() => reject(new Error(`${what}, but the stream ended: ${end}`)));
      };
      const fail = () =>
        reject(
          new Error(
            `${what} within ${withinMs} ms; ${arrived.length} arrived, the last: ${JSON.stringify(arrived.at(-1))}`,
          ),
        );
      const timer = setTimeout(() => settle(fail), withinMs);
      const settle = (how: () => void) => {
        clearTimeout(timer);
        waiting.delete(look);
        how();
      };
      waiting.add(look);
      look();
    });
  }

  const next = (withinMs = PATIENCE_MS) =>
    until(
      () => {
        const one = arrived[taken];
        if (one?.kind !== 'next') return undefined;
        taken += 1;
        return one.result;
      },
      withinMs,
      'expected a result',
    );

  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    arrived,
    comments: () => comments,
    next,
    async take(count, withinMs = PATIENCE_MS) {
      const deadline = performance.now() + withinMs;
      const results: Arrived['result'][] = [];
      while (results.length < count) results.push(await next(Math.max(0, deadline - performance.now())));
      return results;
    },
    ended: (withinMs = PATIENCE_MS) => until(() => end ?? undefined, withinMs, 'expected the end'),
    async comment(withinMs = PATIENCE_MS) {
      const before = comments;
      await until(() => (comments > before ? true : undefined), withinMs, 'expected a comment');
    },
    pause: () => void answer.pause(),
    resume: () => void answer.resume(),
    close: () => void answer.destroy(),
  };
}

function parse(block: string): Arrived {
  const fields = new Map(
    block
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const kind = fields.get('event');
  const data = fields.get('data') ?? '';
  if (kind === 'next') return { kind, result: JSON.parse(data), at: Date.now() };
  if (kind === 'complete' && data === '') return { kind, result: undefined, at: Date.now() };
  throw new Error(`Not a server-sent event of GraphQL: ${block}`);
}
