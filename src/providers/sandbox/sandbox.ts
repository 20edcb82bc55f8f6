import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { CallProvider } from '../../calls/call-provider.ts';
import { Secret } from '../../platform/redaction/secret.ts';
import { createOpenAi } from '../openai.ts';
import type { Provider } from '../provider.ts';
import type { ProviderDefinition } from '../provider-definition.ts';
import type { ClosableProvider } from '../provider-over-http.ts';
import { hasWerift } from './load-werift.ts';
import { createSandboxCalls, type SandboxCalls } from './sandbox-calls.ts';
import { replyTo, type SandboxReply, UNREACHABLE_MODEL } from './sandbox-failures.ts';
import { parseSandboxRequest, type SandboxError } from './sandbox-request.ts';
import { SANDBOX_REQUESTS, type SandboxRequest, type SandboxSession } from './sandbox-schema.ts';
import { answerSession } from './sandbox-session.ts';

const MAX_BODY_BYTES = 1024 * 1024;
const DEFAULT_TTL_SECONDS = 600;
// The port of a protocol that nobody speaks any more, and that only root could open.
const NOBODY_LISTENS = 'http://127.0.0.1:1';

export type Sandbox = {
  /** e.g. http://127.0.0.1:49152/v1 */
  readonly baseUrl: string;
  close(): Promise<void>;
};

/**
 * Starts an upstream of our own on a free loopback port, so that everything can be tried without an account. It speaks
 * the GA dialect and is as strict as OpenAI; its secrets open nothing.
 * @param calls how it makes calls; null: it makes none
 */
export async function startSandbox(calls: SandboxCalls | null = null): Promise<Sandbox> {
  const server = createServer((request, response) => {
    // Only a broken connection ends here, and then nobody is left to answer.
    serve(request, response, calls).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The sandbox has no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A provider named "sandbox" that starts a sandbox and stops it on close(). `timeoutMs` is one mint's deadline. */
export async function createSandboxProvider({
  timeoutMs,
}: {
  readonly timeoutMs: number;
}): Promise<ClosableProvider> {
  const sandboxCalls = hasWerift() ? createSandboxCalls() : null;
  const sandbox = await startSandbox(sandboxCalls);
  const apiKey = new Secret(`sk-sandbox-${randomHex()}`);
  const account = { name: 'sandbox', apiKey, timeoutMs, proxies: undefined };
  const provider = createOpenAi({ ...account, baseUrl: sandbox.baseUrl });
  const unreachable = createOpenAi({ ...account, baseUrl: NOBODY_LISTENS });
  return {
    ...provider,
    isSandbox: true,
    calls: sandboxCalls === null ? null : callsOf(sandboxCalls, provider, unreachable),
    mint: (request) => (request.session.model === UNREACHABLE_MODEL ? unreachable : provider).mint(request),
    close: async () => {
      await sandboxCalls?.close();
      await Promise.all([provider.close(), unreachable.close()]);
      await sandbox.close();
    },
  };
}

/** Calls are offered and hung up over HTTP, as everywhere, so that they fail as everywhere. */
function callsOf(calls: SandboxCalls, provider: Provider, unreachable: Provider): CallProvider | null {
  if (provider.calls === null || unreachable.calls === null) return null;
  const { openCall: openNone } = unreachable.calls;
  const { openCall } = provider.calls;
  return {
    ...provider.calls,
    openCall: (request) => (request.config.model === UNREACHABLE_MODEL ? openNone : openCall)(request),
    attach: async (request) => calls.attach(request),
  };
}

export const sandbox = {
  name: 'sandbox',
  variables: {},
  needs: [],
  create: ({ upstreamTimeoutMs }: { readonly upstreamTimeoutMs: number }) =>
    createSandboxProvider({ timeoutMs: upstreamTimeoutMs }),
} as const satisfies ProviderDefinition;

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  calls: SandboxCalls | null,
): Promise<void> {
  response.setHeader('x-request-id', `req_${randomHex()}`);
  send(await answer(request, response, calls), response);
}

function send({ status, body, headers, stops }: SandboxReply, response: ServerResponse): void {
  if (stops === 'before it begins') return;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const contentLength = Buffer.byteLength(text);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': contentLength,
    ...headers,
  });
  if (stops === undefined) response.end(text);
  else
    response.write(text.slice(0, text.length / 2), () => {
      if (stops === 'half-way, cutting the connection') response.destroy();
    });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  calls: SandboxCalls | null,
): Promise<SandboxReply> {
  const [path = ''] = (request.url ?? '').split('?');
  const reply = routeOf(path, calls);
  if (reply === null) return refuse(404, `Invalid URL (${request.method} ${path})`, null);
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST');
    return refuse(405, `Not allowed to ${request.method} on ${path}.`, 'method_not_supported');
  }
  if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) {
    return refuse(401, "You didn't provide an API key in the Authorization header.", 'invalid_api_key');
  }
  const text = await readBody(request);
  if (text === null) {
    response.setHeader('connection', 'close');
    return refuse(413, 'The request body is too large.', null);
  }
  return reply(text, request.headers['content-type']);
}

type Reply = (body: string, contentType: string | undefined) => SandboxReply | Promise<SandboxReply>;

function routeOf(path: string, calls: SandboxCalls | null): Reply | null {
  const schema = SANDBOX_REQUESTS.get(path);
  if (schema !== undefined) return (body) => mint(body, schema);
  if (calls === null) return null;
  if (path === '/v1/realtime/calls') return (body, contentType) => calls.open(contentType, body);
  const id = /^\/v1\/realtime\/calls\/(\w+)\/hangup$/.exec(path)?.[1];
  return id === undefined ? null : () => calls.hangUp(id);
}

function mint(body: string, schema: z.ZodType<SandboxRequest>): SandboxReply {
  const parsed = parseSandboxRequest(body, schema);
  if (!parsed.ok) return refuse(400, parsed.error.message, parsed.error.code, parsed.error.param);
  const { expires_after, session } = parsed.request;
  const expires_at = Math.floor(Date.now() / 1000) + (expires_after?.seconds ?? DEFAULT_TTL_SECONDS);
  return replyTo(modelOf(session), {
    minted: {
      value: `ek_${randomHex()}`,
      expires_at,
      session: answerSession(session, `sess_${randomHex()}`, expires_at),
    },
    param: session.type === 'transcription' ? 'session.audio.input.transcription.model' : 'session.model',
  });
}

function refuse(
  status: number,
  message: string,
  code: SandboxError['code'],
  param: string | null = null,
): SandboxReply {
  return { status, body: { error: { message, type: 'invalid_request_error', param, code } } };
}

function modelOf(session: SandboxSession): string | undefined {
  return session.type === 'transcription' ? session.audio?.input?.transcription?.model : session.model;
}

/** The text of the body; null as soon as it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let received = 0;
  // The request is not destroyed when it is not read to its end, because the refusal is sent over the same socket.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    const chunk: Buffer = piece;
    received += chunk.length;
    if (received > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function randomHex(): string {
  return randomBytes(16).toString('hex');
}
