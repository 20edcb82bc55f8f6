import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Actor, Origin } from '../domain/actor.ts';
import { redactText } from '../domain/redact-text.ts';
import type { Context, RequestLog } from '../graphql/context.ts';
import { requestRules } from '../graphql/request-rules.ts';
import { type AdmissionRules, admitRequest, GRAPHQL_PATH } from './admit-request.ts';
import { answerError } from './answer.ts';
import { graphiqlPage } from './graphiql.ts';

export type GraphqlServerOptions = AdmissionRules & {
  readonly schema: GraphQLSchema;
  /** What resolvers get, beside who asks and from where. */
  readonly createContext: (actor: Actor, origin: Origin) => Omit<Context, 'actor' | 'origin' | 'log'>;
  readonly introspection: boolean;
  readonly log: Logger;
  readonly onRequest: (outcome: string, seconds: number) => void;
};

/**
 * The GraphQL endpoint over node:http. Requests are admitted before Yoga sees them; each leaves one line in
 * the log, whatever became of it.
 */
export function createGraphqlServer(options: GraphqlServerOptions): Server {
  const { log } = options;
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
    plugins: [
      requestRules({
        introspection: options.introspection,
        onUnexpected: (err, { origin }) => log.error({ err, requestId: origin.requestId }, 'request failed'),
      }),
    ],
  });

  const server = createServer((request, response) => {
    const origin = originOf(request);
    response.setHeader('x-request-id', origin.requestId);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    serve(request, response, origin).catch((err: unknown) => {
      log.error({ err, requestId: origin.requestId }, 'request failed');
      const error = { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.' } as const;
      answerError(response, 500, { ...error, requestId: origin.requestId });
    });
  });
  // A client that sends its headers or body one byte at a time holds a connection, not the gateway.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  return server;

  async function serve(request: IncomingMessage, response: ServerResponse, origin: Origin): Promise<void> {
    const requestLog: RequestLog = { operation: '', outcome: 'OK', actor: null };
    logWhenDone(response, origin, requestLog, options);
    const admission = await admitRequest(request, options);
    switch (admission.kind) {
      case 'graphiql':
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(await graphiqlPage());
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
        // Yoga takes an already read body from here, as it does from Express.
        if (body !== null) Object.assign(request, { body });
        await yoga(request, response, {
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

function originOf(request: IncomingMessage): Origin {
  const userAgent = request.headers['user-agent']?.slice(0, 512);
  return {
    requestId: randomUUID(),
    ipAddress: request.socket.remoteAddress ?? null,
    userAgent: userAgent === undefined ? null : redactText(userAgent),
  };
}

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
