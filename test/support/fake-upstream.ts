import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Json, JsonObject } from '../../src/platform/validation/json.ts';
import { echoSession, expiryOf, halveSession, type MintedSecret } from './echo-session.ts';
import { listen } from './listen.ts';
import { refusalOf, refusedField } from './refused-field.ts';
import { type UpstreamKind, upstreamKinds } from './upstream-kinds.ts';

/** What the upstream was asked, in the order in which it was asked. */
export type RecordedCall = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; null when it is not JSON. */
  readonly body: Json;
  /** The body as it came. */
  readonly text: string;
};

export type Answer = {
  readonly status: number;
  /** A string is sent as it is, anything else as JSON; without it there is no body. */
  readonly body?: Json | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** What to do with a call. `reply` says what follows a wait; default: echo. */
export type Behaviour =
  /**
   * Refuse what OpenAI refuses, else mint, and answer what was sent plus id, object (but for a translation), type and
   * expiry. No defaults are filled in; credentials are repeated.
   */
  | {
      readonly kind: 'echo';
      readonly headers?: Readonly<Record<string, string>>;
      /** Send 100 Continue before it. */
      readonly interim?: boolean;
    }
  | ({ readonly kind: 'answer' } & Answer)
  /** What the call itself leads to. */
  | { readonly kind: 'choose'; readonly choose: (call: RecordedCall) => Behaviour }
  | { readonly kind: 'respond'; readonly respond: (call: RecordedCall) => Answer | Promise<Answer> }
  | { readonly kind: 'latency'; readonly ms: number; readonly reply?: Behaviour }
  | { readonly kind: 'hold'; readonly until: Promise<unknown>; readonly reply?: Behaviour }
  /** Read the request, then reset the connection. */
  | { readonly kind: 'reset' }
  /** Send the head and half of an echo, then reset the connection. */
  | { readonly kind: 'resetInBody'; readonly status?: number }
  /** Read the request and never answer. */
  | { readonly kind: 'stall' }
  /** Send the head and half of an echo, and never the rest. */
  | { readonly kind: 'stallInBody'; readonly status?: number }
  /** Write these on the connection, one after the other, and close it: what node:http would not send. */
  | { readonly kind: 'raw'; readonly pieces: readonly (string | Buffer)[] }
  | { readonly kind: 'html' }
  /** Mint, and answer every other field of the session. */
  | { readonly kind: 'half' }
  /** Mint, and answer an echo padded to this many kilobytes. */
  | { readonly kind: 'large'; readonly kilobytes: number };

/** A secret, and the call that it was minted for. */
export type Minted = MintedSecret & { readonly call: RecordedCall };

export type FakeUpstream = {
  /** As the provider's variable has it, e.g. like https://api.openai.com/v1. */
  readonly baseUrl: string;
  readonly calls: readonly RecordedCall[];
  readonly minted: readonly Minted[];
  /** For the next call that has no behaviour yet; several are used up in order. */
  next(behaviour: Behaviour): void;
  /** For every call without a `next` of its own, from now on. */
  always(behaviour: Behaviour): void;
  /** The next call to arrive from now on: ask before causing it. */
  nextCall(): Promise<RecordedCall>;
  /** Forgets calls and secrets, and echoes again. */
  reset(): void;
  /** Cuts every connection and frees the port. */
  stop(): Promise<void>;
};

const ECHO: Behaviour = { kind: 'echo' };

/**
 * Starts an upstream on a free loopback port that remembers everything. It refuses what the real one of its kind refuses,
 * and otherwise does as it is told.
 */
export async function startFakeUpstream({ kind }: { readonly kind: UpstreamKind }): Promise<FakeUpstream> {
  const { dialect, base, paths, requestIdHeader, secretPrefix, refuse } = upstreamKinds[kind];
  const calls: RecordedCall[] = [];
  const minted: Minted[] = [];
  const script: Behaviour[] = [];
  let fallback = ECHO;
  let waiting: ((call: RecordedCall) => void)[] = [];

  const server = createServer((request, response) => {
    const behaviour = script.shift() ?? fallback;
    record(request)
      .then((call) => {
        calls.push(call);
        const told = waiting;
        waiting = [];
        for (const tell of told) tell(call);
        response.setHeader(requestIdHeader, `req_${randomBytes(16).toString('hex')}`);
        if (!paths.includes(call.path.split('?')[0] ?? '')) return notFound(response);
        const refusal = refuse(call);
        return refusal === null ? perform(behaviour, call, response) : send(response, refusal);
      })
      // The caller went away, which is its good right; or a test's respond() threw, which it sees as a cut connection.
      .catch(() => response.destroy());
  });

  async function perform(behaviour: Behaviour, call: RecordedCall, response: ServerResponse): Promise<void> {
    switch (behaviour.kind) {
      case 'echo': {
        const param = dialect === 'ga' ? refusedField(call.body) : null;
        if (param !== null) return send(response, { status: 400, body: refusalOf(param) });
        if (behaviour.interim) response.writeContinue();
        return send(response, { status: 200, body: mint(call), headers: behaviour.headers });
      }
      case 'answer':
        return send(response, behaviour);
      case 'choose':
        return perform(behaviour.choose(call), call, response);
      case 'respond':
        return send(response, await behaviour.respond(call));
      case 'latency':
        await new Promise((resolve) => setTimeout(resolve, behaviour.ms));
        return perform(behaviour.reply ?? ECHO, call, response);
      case 'hold':
        await behaviour.until;
        return perform(behaviour.reply ?? ECHO, call, response);
      case 'reset':
        response.socket?.resetAndDestroy();
        return;
      case 'resetInBody':
        await sendHalf(response, behaviour.status ?? 200, mint(call));
        response.socket?.resetAndDestroy();
        return;
      case 'stall':
        return;
      case 'stallInBody':
        return sendHalf(response, behaviour.status ?? 200, mint(call));
      case 'raw':
        return sendRaw(response, behaviour.pieces);
      case 'html':
        return send(response, {
          status: 200,
          body: '<!doctype html><title>Welcome</title>',
          headers: { 'content-type': 'text/html' },
        });
      case 'half':
        return send(response, { status: 200, body: halveSession(mint(call), dialect) });
      case 'large':
        return send(response, {
          status: 200,
          body: { ...mint(call), padding: 'x'.repeat(behaviour.kilobytes * 1024) },
        });
      default:
        return behaviour satisfies never;
    }
  }

  function mint(call: RecordedCall): JsonObject {
    const secret = {
      value: `${secretPrefix}${randomBytes(16).toString('hex')}`,
      sessionId: `sess_${randomBytes(11).toString('hex')}`,
      expiresAt: expiryOf(call.body, dialect),
    };
    minted.push({ ...secret, call });
    return echoSession(call, secret, dialect);
  }

  const port = await listen(server);

  return {
    baseUrl: `http://127.0.0.1:${port}${base}`,
    calls,
    minted,
    next: (behaviour) => {
      script.push(behaviour);
    },
    always: (behaviour) => {
      fallback = behaviour;
    },
    nextCall: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
      }),
    reset: () => {
      calls.length = 0;
      minted.length = 0;
      script.length = 0;
      fallback = ECHO;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function record(request: IncomingMessage): Promise<RecordedCall> {
  const chunks: Buffer[] = [];
  for await (const piece of request) {
    const chunk: Buffer = piece;
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body: parseJson(text),
    text,
  };
}

function parseJson(text: string): Json {
  try {
    const json: Json = JSON.parse(text);
    return json;
  } catch {
    return null;
  }
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  response.end(typeof body === 'object' ? JSON.stringify(body) : body?.toString());
}

/** Each piece arrives by itself: the next is written when the one before has left. */
async function sendRaw(response: ServerResponse, pieces: readonly (string | Buffer)[]): Promise<void> {
  for (const piece of pieces) {
    await new Promise<void>((resolve) => {
      response.socket?.write(piece, () => setTimeout(resolve, pieces.length > 1 ? 10 : 0));
    });
  }
  response.socket?.end();
}

/** Returns when the half has left: a reset right behind it would otherwise overtake it. */
async function sendHalf(response: ServerResponse, status: number, body: JsonObject): Promise<void> {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  await new Promise<void>((resolve) => {
    response.write(text.slice(0, text.length / 2), () => setTimeout(resolve, 20));
  });
}

function notFound(response: ServerResponse): void {
  send(response, {
    status: 404,
    body: { error: { message: 'Invalid URL', type: 'invalid_request_error', param: null, code: null } },
  });
}
