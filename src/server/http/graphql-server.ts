import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { RequestInfo } from '../../authorization/actor.ts';
import type { Context, RequestLog } from '../../graphql/context.ts';
import { redactText } from '../../platform/redaction/redact-text.ts';
import type { Subscriber } from '../../subscriptions/subscriber.ts';
import { answerConsole, type Console, isConsolePath } from '../console/answer-console.ts';
import { createExecute, type EngineOptions, type Execute } from '../graphql/engine.ts';
import type { OnUnexpected } from '../graphql/present-result.ts';
import { type Admission, type AdmissionRules, admitRequest } from './admit-request.ts';
import { answerError } from './answer.ts';
import { answerOffer, isOfferPath, type OfferServing } from './answer-offer.ts';
import { answerOperation } from './answer-operation.ts';
import { type ConnectionLimits, createBoundedServer } from './bounded-server.ts';
import { checkProtocol } from './check-head.ts';
import { addCommonHeaders, setCommonHeaders } from './common-headers.ts';
import { graphiqlPage } from './graphiql.ts';
import { type LogOptions, logWhenDone, SLOW_READER } from './log-request.ts';
import type { Refusal } from './refusal.ts';
import { securityHeaders } from './security-headers.ts';

export type GraphqlServerOptions = EngineOptions &
  LogOptions & {
    readonly admission: AdmissionRules;
    /** Null: it is not served. */
    readonly console: Console | null;
    /** Null: no calls are opened. */
    readonly offers: OfferServing | null;
    readonly connections: ConnectionLimits;
    /** The address of a request's client, behind trusted proxies. */
    readonly clientAddress: (request: IncomingMessage) => string | null;
    /** The longest time without sending anything on a stream, in milliseconds. */
    readonly heartbeatMs: number;
    /** What resolvers get. */
    readonly createContext: (subscriber: Subscriber, origin: RequestInfo, log: RequestLog) => Context;
  };

/**
 * The GraphQL endpoint, and that of offers, over node:http. Requests are admitted before they reach GraphQL, and each of them leaves one line in
 * the log.
 */
export function createGraphqlServer(options: GraphqlServerOptions): Server {
  const { log, admission, offers } = options;
  const execute = createExecute(options);
  const onUnexpected: OnUnexpected = (err, { origin }) =>
    log.error({ err, requestId: origin.requestId }, 'request failed');
  const serving: Serving = { ...options, execute, onUnexpected };

  return createBoundedServer(options.connections, (request, response) => {
    const origin = originOf(request, options.clientAddress(request));
    const { cors } = offers !== null && isOfferPath(request) ? offers : admission;
    const corsHeaders = Object.entries(cors.headersFor(request)).flat();
    addCommonHeaders(response, ['x-request-id', origin.requestId, ...SECURITY_HEADERS, ...corsHeaders]);
    serve(request, response, origin, serving).catch((err: unknown) => {
      log.error({ err, requestId: origin.requestId }, 'request failed');
      const error = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' } as const;
      answerError(response, 500, { ...error, requestId: origin.requestId });
    });
  });
}

const SECURITY_HEADERS = Object.entries(securityHeaders).flat();

type Serving = GraphqlServerOptions & { readonly execute: Execute; readonly onUnexpected: OnUnexpected };

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  origin: RequestInfo,
  serving: Serving,
): Promise<void> {
  const requestLog: RequestLog = { operation: '', outcome: 'OK', actor: null, streamed: false };
  logWhenDone(response, origin.requestId, requestLog, serving);
  if (serving.console !== null && isConsolePath(request)) {
    setCommonHeaders(response);
    const refusal = checkProtocol(request) ?? answerConsole(request, response, serving.console);
    if (refusal !== null) answerRefusal(refusal, response, origin, requestLog);
    return;
  }
  if (serving.offers !== null && isOfferPath(request))
    return answerOffer(request, response, origin, requestLog, serving.offers);
  const admission = await admitRequest(request, origin.ipAddress, serving.admission, (listener) => {
    if (response.destroyed) listener();
    else response.once('close', listener);
  });
  switch (admission.kind) {
    case 'graphiql':
      return answerGraphiql(response);
    case 'preflight':
      response.writeHead(204, admission.headers).end();
      return;
    case 'gone':
      return;
    case 'refused':
      return answerRefusal(admission, response, origin, requestLog);
    case 'admitted':
      return serveOperation(admission, response, origin, requestLog, serving);
    default:
      admission satisfies never;
  }
}

function answerRefusal(
  { code, message, status, headers }: Refusal,
  response: ServerResponse,
  { requestId }: RequestInfo,
  requestLog: RequestLog,
): void {
  requestLog.outcome = code;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  answerError(response, status, { code, message, requestId });
}

async function serveOperation(
  { actor, isCredentialValid, accepted, request, release }: Extract<Admission, { kind: 'admitted' }>,
  response: ServerResponse,
  origin: RequestInfo,
  requestLog: RequestLog,
  serving: Serving,
): Promise<void> {
  requestLog.actor = actor;
  const subscriber: Subscriber = {
    actor,
    isCredentialValid,
    // The client may have gone while its credential was checked.
    onGone: (listener) => (response.destroyed ? listener() : void response.once('close', listener)),
    isBehind: () => response.writableNeedDrain,
    cutOff: () => {
      requestLog.outcome = SLOW_READER;
      response.destroy();
    },
  };
  const context = serving.createContext(subscriber, origin, requestLog);
  const result = await serving.execute(request, context);
  // Streams have a limit of their own, and may last for days.
  if (Symbol.asyncIterator in result) release();
  await answerOperation(result, response, accepted, context, serving);
}

async function answerGraphiql(response: ServerResponse): Promise<void> {
  const { html, contentSecurityPolicy } = await graphiqlPage();
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('content-security-policy', contentSecurityPolicy);
  response.end(html);
}

function originOf({ headers }: IncomingMessage, ipAddress: string | null): RequestInfo {
  const userAgent = headers['user-agent']?.slice(0, 512);
  return {
    requestId: randomUUID(),
    ipAddress,
    userAgent: userAgent === undefined ? null : redactText(userAgent),
  };
}
