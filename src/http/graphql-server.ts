import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Actor, Origin } from '../domain/actor.ts';
import { redactText } from '../domain/redact-text.ts';
import type { Context, RequestLog } from '../graphql/context.ts';
import { type RequestRules, requestRules } from '../graphql/request-rules.ts';
import { type AdmissionRules, admitRequest, GRAPHQL_PATH } from './admit-request.ts';
import { answerError } from './answer.ts';
import { type ConnectionLimits, createBoundedServer } from './bounded-server.ts';
import { createDocumentCache } from './document-cache.ts';
import { graphiqlPage } from './graphiql.ts';
import { securityHeaders } from './security-headers.ts';

export type GraphqlServerOptions = Omit<RequestRules, 'onUnexpected'> & {
  readonly schema: GraphQLSchema;
  readonly admission: AdmissionRules;
  readonly connections: ConnectionLimits;
  /** The address of whoever asks, seen through trusted proxies. */
  readonly clientAddress: (request: IncomingMessage) => string | null;
  /** What executes registered documents only; null when any may be executed. */
  readonly trustedDocuments: Plugin | null;
  /** What resolvers get, beside who asks and from where. */
  readonly createContext: (actor: Actor, origin: Origin) => Omit<Context, 'actor' | 'origin' | 'log'>;
  readonly log: Logger;
  readonly onRequest: (outcome: string, seconds: number) => void;
};

/**
 * The GraphQL endpoint over node:http. Requests are admitted before Yoga sees them; each leaves one line in
 * the log, whatever became of it.
 */
export function createGraphqlServer(options: GraphqlServerOptions): Server {
  const { log, admission: rules } = options;
  const yoga = createYoga<Context, object>({
    schema: options.schema,
    graphqlEndpoint: GRAPHQL_PATH,
    // Done here or not at all: Yoga's own would reflect every origin, and pipe every body through a stream.
    cors: false,
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: false,
    // requestRules presents errors, all of them and at one place.
    maskedErrors: false,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: noCache },
    plugins: [
      ...(options.trustedDocuments === null ? [] : [options.trustedDocuments]),
      requestRules({
        introspection: options.introspection,
        limits: options.limits,
        onUnexpected: (err, { origin }) => log.error({ err, requestId: origin.requestId }, 'request failed'),
      }),
    ],
  });

  return createBoundedServer(options.connections, (request, response) => {
    const origin = originOf(request, options.clientAddress(request));
    response.setHeader('x-request-id', origin.requestId);
    for (const name in securityHeaders) response.setHeader(name, securityHeaders[name] ?? '');
    const cors = rules.cors.headersFor(request);
    for (const name in cors) response.setHeader(name, cors[name] ?? '');
    serve(request, response, origin).catch((err: unknown) => {
      log.error({ err, requestId: origin.requestId }, 'request failed');
      const error = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' } as const;
      answerError(response, 500, { ...error, requestId: origin.requestId });
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse, origin: Origin): Promise<void> {
    const requestLog: RequestLog = { operation: '', outcome: 'OK', actor: null };
    logWhenDone(response, origin, requestLog, options);
    const admission = await admitRequest(request, origin.ipAddress, rules);
    switch (admission.kind) {
      case 'graphiql': {
        const { html, contentSecurityPolicy } = await graphiqlPage();
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.setHeader('content-security-policy', contentSecurityPolicy);
        response.end(html);
        return;
      }
      case 'preflight':
        response.writeHead(204, admission.headers).end();
        return;
      case 'gone':
        return;
      case 'refused': {
        const { code, message, status, headers } = admission;
        requestLog.outcome = code;
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        answerError(response, status, { code, message, requestId: origin.requestId });
        return;
      }
      case 'admitted': {
        const { actor, body } = admission;
        requestLog.actor = actor;
        await yoga(requestForYoga(request, body), response, {
          ...options.createContext(actor, origin),
          actor,
          origin,
          log: requestLog,
        });
        return;
      }
      default:
        admission satisfies never;
    }
  }
}

/** A request as Yoga is to see it: the original stays as the client sent it. */
function requestForYoga(request: IncomingMessage, body: object | null): IncomingMessage {
  const headers = {
    ...request.headers,
    // It makes a URL out of the one, and would fail on what is no host; it compares the other letter by letter.
    host: 'gatehouse',
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  };
  return Object.create(request, {
    headers: { value: headers },
    // Taken from here when it is already parsed, as it is by Express.
    body: { value: body },
  });
}

function originOf({ headers }: IncomingMessage, ipAddress: string | null): Origin {
  const userAgent = headers['user-agent']?.slice(0, 512);
  return {
    requestId: randomUUID(),
    ipAddress,
    userAgent: userAgent === undefined ? null : redactText(userAgent),
  };
}

// Errors hold the whole source, and failing again costs no more than it did.
const noCache = { get: () => undefined, set: () => {} };

/** One line for each request, when its connection is done with it: also for those that were cut. */
function logWhenDone(
  response: ServerResponse,
  { requestId }: Origin,
  requestLog: RequestLog,
  { log, onRequest }: GraphqlServerOptions,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const { operation, outcome } = requestLog;
    const milliseconds = performance.now() - startedAt;
    onRequest(outcome, milliseconds / 1000);
    log.info(
      {
        requestId,
        operation,
        outcome: response.writableFinished ? outcome : 'CLIENT_GONE',
        status: response.statusCode,
        durationMs: Math.round(milliseconds * 10) / 10,
        actor: describeActor(requestLog.actor),
      },
      'request',
    );
  });
}

/** Whom the log names: programs and operators, not people. */
function describeActor(actor: Actor | null): string | null {
  if (actor === null) return null;
  return actor.kind === 'user' ? actor.kind : `${actor.kind}:${actor.name}`;
}
