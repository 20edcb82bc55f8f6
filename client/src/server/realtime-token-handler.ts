import type { MintedToken } from '../fetch-token.ts';
import type { Gatehouse } from '../gatehouse.ts';
import type { CreateRealtimeSessionInput } from '../generated/types.ts';
import type { CreateSessionResult, RealtimeSession } from '../results.ts';
import { checkRequest } from './check-request.ts';
import { readJson } from './read-json.ts';
import { realtimeUrl } from './realtime-url.ts';
import { type Refusal, refusalOfError, refusalOfResult } from './refusal.ts';

export type RealtimeTokenOptions = {
  /** Its key needs SESSIONS_CREATE. */
  readonly gatehouse: Pick<Gatehouse, 'createSession'>;
  /** Who is signed in, by the identifier that your application uses; null for nobody. */
  readonly user: (request: Request) => string | null | Promise<string | null>;
  /**
   * The session to mint. `body` is what the browser sent, as JSON: take from it only what a user may choose. Default: the
   * defaults of the gateway, whatever the browser sent.
   */
  readonly session?: (request: Request, body: unknown) => SessionInput | Promise<SessionInput>;
  /**
   * The address that the browser connects to with the token. Default: the WebSocket of the provider that issued it, as the
   * AI SDK expects it, where its address is known: for Azure and other addresses of one's own it has to be given. A
   * BROKERED session always has its callUrl.
   */
  readonly url?: string | URL | ((session: RealtimeSession) => string | URL | undefined);
  /** Origins, beside the handler's own, whose pages may ask, e.g. "https://app.example.com". */
  readonly allowedOrigins?: readonly string[];
  /** How large a body may be. Default 65,536 bytes. */
  readonly maxBodyBytes?: number;
  /** Told of each request that got no token, for your log: the result, or what was thrown. Neither has a secret in it. */
  readonly onRefused?: (reason: unknown) => void;
};

/** What a session may be given. Whose it is and its idempotency key are the handler's. */
export type SessionInput = Omit<CreateRealtimeSessionInput, 'externalUserId' | 'idempotencyKey'>;

/**
 * Makes a handler that mints a client secret for who is signed in and answers it as JSON, in the shape that the AI SDK's
 * experimental_useRealtime takes, and with the session's id: for Next.js (`export const POST`),
 * Hono (`(c) => handler(c.req.raw)`), and through `getRequestListener` of @hono/node-server for Express and node:http. It
 * logs nothing and keeps nothing. What `user` and `session` throw is thrown.
 *
 * A browser may send an `idempotency-key`: the same key never mints twice, and the second answer is 409.
 */
export function realtimeTokenHandler({
  gatehouse,
  user,
  session = () => ({}),
  url = realtimeUrl,
  allowedOrigins = [],
  maxBodyBytes = 65_536,
  onRefused = () => {},
}: RealtimeTokenOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const refused = checkRequest(request, allowedOrigins);
    if (refused !== undefined) return refusalResponse(refused);
    const externalUserId = await user(request);
    // An empty name is nobody's: the gateway would take none for the caller itself.
    if (externalUserId === null || externalUserId === '')
      return refusalResponse({ status: 401, code: 'UNAUTHENTICATED', message: 'Sign in first.' });
    const body = await readJson(request, maxBodyBytes);
    if (!body.ok) return refusalResponse(body.refusal);
    const input = { ...(await session(request, body.value)), externalUserId };

    const outcome = await mint(gatehouse, input, request);
    if ('token' in outcome) return answer(200, tokenOf(outcome.token, url));
    onRefused(outcome.reason);
    return refusalResponse(outcome.refusal);
  };
}

type Success = CreateSessionResult & { readonly __typename: 'CreateRealtimeSessionSuccess' };

async function mint(
  gatehouse: Pick<Gatehouse, 'createSession'>,
  input: CreateRealtimeSessionInput,
  request: Request,
): Promise<{ readonly token: Success } | { readonly refusal: Refusal; readonly reason: unknown }> {
  const idempotencyKey = request.headers.get('idempotency-key') ?? undefined;
  try {
    const result = await gatehouse.createSession(input, { idempotencyKey, signal: request.signal });
    return result.__typename === 'CreateRealtimeSessionSuccess'
      ? { token: result }
      : { refusal: refusalOfResult(result), reason: result };
  } catch (reason) {
    return { refusal: refusalOfError(reason), reason };
  }
}

function tokenOf(
  { callUrl, clientSecret, session }: Success,
  url: NonNullable<RealtimeTokenOptions['url']>,
): MintedToken {
  const configured = typeof url !== 'function' ? url : session === null ? undefined : url(session);
  // The secret of a BROKERED session opens nothing elsewhere.
  const address = callUrl ?? configured;
  return {
    token: clientSecret.value.reveal(),
    ...(address === undefined ? {} : { url: String(address) }),
    expiresAt: Math.floor(Date.parse(clientSecret.expiresAt) / 1000),
    ...(session === null ? {} : { sessionId: session.id }),
  };
}

function refusalResponse({ status, code, message, headers }: Refusal): Response {
  return answer(status, { error: { code, message } }, headers);
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } });
}
