import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { BadInputError, type ErrorCode, ForbiddenError } from '../../graphql/errors.ts';
import { CountTooLongError } from '../../platform/database/page.ts';
import { isLockTimeout, UnavailableError } from '../../platform/database/unavailable-error.ts';
import {
  SubscriptionEndedError,
  type SubscriptionEndReason,
  TooManySubscribersError,
} from '../../subscriptions/subscriber.ts';

/** An error as the client sees it, and the error itself where an operator should see it. */
export type PresentedError = {
  readonly shown: GraphQLError;
  readonly code: ErrorCode;
  /** Null: the answer also has data, and its status is 200. */
  readonly http: ErrorHttp | null;
  readonly unexpected: Error | null;
};

/** The status and headers that an error gives to the answer. */
export type ErrorHttp = {
  readonly status: number;
  /** Whether an answer of the type application/json has status 200 nevertheless, as GraphQL over HTTP specifies. */
  readonly spec?: boolean | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

// The form in the extensions of Yoga's own errors.
const yogaHttp = z.object({
  status: z.number(),
  spec: z.boolean().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

/** The answer that an error is a part of. */
type Answer = {
  readonly requestId: string;
  /**
   * Whether it has data beside the error. Its status is 200 then, as GraphQL over HTTP specifies: a client that gives up
   * on another status would lose the data, e.g. a secret.
   */
  readonly hasData: boolean;
};

/**
 * The one place where errors become answers: a code of the contract, a fixed message, the request's id.
 * The message of an exception is never shown, because it may quote SQL, the provider's answer, or the input.
 */
export function presentError(error: GraphQLError, answer: Answer): PresentedError {
  const cause = rootCause(error);
  if (cause instanceof BadInputError) return present(error, answer, 'BAD_USER_INPUT', cause.message);
  if (cause instanceof ForbiddenError)
    return present(error, answer, 'FORBIDDEN', 'Your credential does not allow this.', cause.needs);
  if (cause instanceof TooManySubscribersError)
    return present(error, answer, 'RATE_LIMITED', 'Too many subscriptions are open. Try again later.');
  if (cause instanceof SubscriptionEndedError) return presentEnd(error, answer, cause.reason);
  if (cause instanceof CountTooLongError)
    return present(
      error,
      answer,
      'SERVICE_UNAVAILABLE',
      'Counting took too long. Ask for totalCount(upTo: …), or narrow the filter.',
    );
  if (cause instanceof UnavailableError) {
    const shown = present(
      error,
      answer,
      'SERVICE_UNAVAILABLE',
      isLockTimeout(cause)
        ? 'The record is being changed by another request. Try again shortly.'
        : 'The ledger is unavailable. Try again shortly.',
    );
    return { ...shown, unexpected: cause };
  }
  if (error.extensions?.['code'] === 'PERSISTED_QUERY_NOT_SUPPORTED')
    return present(error, answer, 'PERSISTED_QUERY_NOT_SUPPORTED', error.message);
  // The values of variables are valid, but not inside the literal of an argument, e.g. JSON that is too deep together.
  const argument = /^Argument "(\w+)" has invalid value /.exec(cause.message)?.[1];
  if (cause instanceof GraphQLError && argument !== undefined)
    return present(error, answer, 'BAD_USER_INPUT', `${argument} has an invalid value.`);
  // Without a cause and a path, it was refused before any resolver ran (HTTP, syntax, validation, variables).
  if (cause === error && error.path === undefined) {
    return present(error, answer, 'BAD_USER_INPUT', requestMessage(error));
  }
  return {
    ...present(error, answer, 'INTERNAL_SERVER_ERROR', 'Something went wrong.'),
    unexpected: cause,
  };
}

function presentEnd(error: GraphQLError, answer: Answer, end: SubscriptionEndReason): PresentedError {
  switch (end) {
    case 'credential':
      return present(
        error,
        answer,
        'UNAUTHENTICATED',
        'The credential of this subscription is no longer valid.',
      );
    case 'suspended':
      return present(error, answer, 'FORBIDDEN', 'This user is suspended.');
    case 'slow':
      return present(error, answer, 'RATE_LIMITED', 'Events were not read as fast as they came.');
    default:
      return end satisfies never;
  }
}

function present(
  error: GraphQLError,
  { requestId, hasData }: Answer,
  code: ErrorCode,
  message: string,
  needs: readonly string[] = [],
): PresentedError {
  // Errors of resolvers have a path. Compiled queries do not know their locations in the document, so these are left
  // out for all: an error looks the same whether or not its query is compiled.
  const location: Partial<GraphQLError> = error.path === undefined ? error : {};
  const shown = new GraphQLError(message, {
    nodes: location.nodes ?? null,
    source: location.source ?? null,
    positions: location.positions ?? null,
    path: error.path ?? null,
    extensions: { code, requestId, ...(needs.length === 0 ? {} : { needs }) },
  });
  return { shown, code, http: hasData ? null : httpOf(error, code), unexpected: null };
}

/** The error that was thrown, without those that graphql-js wrapped around it. */
export function rootCause(error: Error): Error {
  return error instanceof GraphQLError && error.originalError instanceof Error
    ? rootCause(error.originalError)
    : error;
}

/** Our own messages repeat no input (validation-messages.ts). All others are replaced by a fixed one. */
function requestMessage(error: GraphQLError): string {
  switch (error.extensions?.['code']) {
    case 'DOCUMENT_INVALID':
    case 'VARIABLES_INVALID':
    case 'LIMIT_EXCEEDED':
    case 'REQUEST_INVALID':
      return error.message;
    case 'GRAPHQL_PARSE_FAILED':
      return 'The GraphQL document is malformed.';
    case 'DOCUMENT_NOT_TRUSTED':
      return 'Only registered documents are executed: send the id of one in extensions.persistedQuery.sha256Hash or in documentId, and no query.';
    default:
      return 'The request is not a GraphQL request: send a JSON object with query, and optionally variables and operationName.';
  }
}

function httpOf(error: GraphQLError, code: ErrorCode): ErrorHttp {
  if (code === 'SERVICE_UNAVAILABLE') return { status: 503, headers: { 'retry-after': '1' } };
  if (code === 'INTERNAL_SERVER_ERROR') return { status: 500 };
  if (code === 'UNAUTHENTICATED') return { status: 401 };
  if (code === 'RATE_LIMITED') return { status: 429, headers: { 'retry-after': '5' } };
  if (code === 'FORBIDDEN') return { spec: true, status: 403 };
  // Yoga adds `spec` to every error of the parser, so the extensions of this one are not used.
  if (error.extensions?.['code'] === 'LIMIT_EXCEEDED') return { status: 400 };
  return yogaHttp.safeParse(error.extensions?.['http']).data ?? { spec: true, status: 400 };
}
