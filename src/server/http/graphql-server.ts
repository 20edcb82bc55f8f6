import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { Actor, RequestInfo } from '../../authorization/actor.ts';
import type { Context, RequestLog } from '../../graphql/context.ts';
import { redactText } from '../../platform/redaction/redact-text.ts';
import type { Subscriber } from '../../subscriptions/subscriber.ts';
import { createExecute, type EngineOptions } from '../graphql/engine.ts';
import { type OnUnexpected, presentResult } from '../graphql/present-result.ts';
import { type AdmissionRules, admitRequest } from './admit-request.ts';
import { answerError } from './answer.ts';
import { answerEvents } from './answer-events.ts';
import { answerResult } from './answer-result.ts';
import { type ConnectionLimits, createBoundedServer } from './bounded-server.ts';
import { graphiqlPage } from './graphiql.ts';
import type { Accepted } from './negotiate.ts';
import { securityHeaders } from './security-headers.ts';
import { streamResults } from './stream-results.ts';

export type GraphqlServerOptions = EngineOptions & {
  readonly admission: AdmissionRules;
  readonly connections: ConnectionLimits;
  /** The address of whoever asks, seen through trusted proxies. */
  readonly clientAddress: (request: IncomingMessage) => string | null;
  /** How long nothing may be sent on a stream, in milliseconds. */
  readonly heartbeatMs: number;
  /** What resolvers get, beside who asks and from where. */
  readonly createContext: (
    viewer: Subscriber,
    origin: RequestInfo,
  ) => Omit<Context, 'actor' | 'origin' | 'log'>;
  readonly log: Logger;
  readonly onRequest: (outcome: string, seconds: number) => void;
};

const SLOW_READER = 'SLOW_READER';

/**
 * The GraphQL endpoint over node:http. Requests are admitted before GraphQL sees them; each leaves one line in
 * the log, whatever became of it.
 */
export function createGraphqlServer(options: GraphqlServerOptions): Server {
  const { log, admission: rules } = options;
  const execute = createExecute(options);
  const onUnexpected: OnUnexpected = (err, { origin }) =>
    log.error({ err, requestId: origin.requestId }, 'request failed');

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

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    origin: RequestInfo,
  ): Promise<void> {
    const requestLog: RequestLog = { operation: '', outcome: 'OK', actor: null, streamed: false };
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
        const { actor, stillKnown, accepted } = admission;
        requestLog.actor = actor;
        const viewer: Subscriber = {
          actor,
          isCredentialValid: stillKnown,
          // It may have gone while its credential was looked at.
          onGone: (listener) => (response.destroyed ? listener() : void response.once('close', listener)),
          isBehind: () => response.writableNeedDrain,
          cutOff: () => {
            requestLog.outcome = SLOW_READER;
            response.destroy();
          },
        };
        const context = { ...options.createContext(viewer, origin), actor, origin, log: requestLog };
        const result = await execute(admission.request, context);
        await answer(result, response, accepted, context);
        return;
      }
      default:
        admission satisfies never;
    }
  }

  async function answer(
    result: ExecutionResult | AsyncIterable<ExecutionResult>,
    response: ServerResponse,
    accepted: Accepted,
    context: Context,
  ): Promise<void> {
    if (!(Symbol.asyncIterator in result)) {
      const presented = await presentResult(result, context, onUnexpected);
      if (accepted.json !== null || result.data == null) answerResult(response, presented, accepted);
      else await answerEvents(response, only(presented.result), options.heartbeatMs);
    } else if (accepted.events) {
      context.log.streamed = true;
      await answerEvents(response, streamResults(result, context, onUnexpected), options.heartbeatMs);
    } else {
      const { requestId } = context.origin;
      const message = 'A subscription is answered as text/event-stream, which the request does not accept.';
      context.log.outcome = 'BAD_USER_INPUT';
      answerError(response, 406, { code: 'BAD_USER_INPUT', message, requestId });
    }
  }
}

/** A single result, for who accepts nothing but a stream. */
async function* only(result: ExecutionResult): AsyncGenerator<ExecutionResult, boolean> {
  yield result;
  return true;
}

function originOf({ headers }: IncomingMessage, ipAddress: string | null): RequestInfo {
  const userAgent = headers['user-agent']?.slice(0, 512);
  return {
    requestId: randomUUID(),
    ipAddress,
    userAgent: userAgent === undefined ? null : redactText(userAgent),
  };
}

/** One line for each request, when its connection is done with it: also for those that were cut. */
function logWhenDone(
  response: ServerResponse,
  { requestId }: RequestInfo,
  requestLog: RequestLog,
  { log, onRequest }: GraphqlServerOptions,
): void {
  const startedAt = performance.now();
  response.once('close', () => {
    const { operation, outcome } = requestLog;
    const milliseconds = performance.now() - startedAt;
    // A stream lasts as long as its client likes: that says nothing of how fast answers are.
    if (!requestLog.streamed) onRequest(outcome, milliseconds / 1000);
    log.info(
      {
        requestId,
        operation,
        outcome: response.writableFinished || outcome === SLOW_READER ? outcome : 'CLIENT_GONE',
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
