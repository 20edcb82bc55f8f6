import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.ts';
import { createDocumentCache } from './document-cache.ts';
import { resultOf } from './present-result.ts';
import { type RequestRules, requestRules } from './request-rules.ts';

export type EngineOptions = RequestRules & {
  readonly schema: GraphQLSchema;
  /** What executes registered documents only; null when any may be executed. */
  readonly trustedDocuments: Plugin | null;
};

/** What a request asks for: query, variables, operationName, extensions; not checked yet. */
export type GraphqlRequest = { readonly method: 'GET' | 'POST'; readonly parameters: object };

/** Executes a request. What is wrong with it is in the result, as everything else that goes wrong. */
export type Execute = (
  request: GraphqlRequest,
  context: Context,
) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;

/**
 * Yoga as an engine, without its HTTP: parsing and validating with their caches, its checks of parameters and methods,
 * and plugins. Reading requests and writing answers for any runtime costs more than executing most of them
 * (docs/decisions/0011).
 */
export function createExecute({ schema, trustedDocuments, ...rules }: EngineOptions): Execute {
  const yoga = createYoga<Context, object>({
    schema,
    cors: false,
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: false,
    // presentResult presents errors, all of them and at one place.
    maskedErrors: false,
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: noCache },
    plugins: [...(trustedDocuments === null ? [] : [trustedDocuments]), requestRules(rules)],
  });
  // All that its plugins ask of a request is the method.
  const requests = { GET: requestOf('GET'), POST: requestOf('POST') };

  return async ({ method, parameters }, context) => {
    try {
      const result = await yoga.getResultForParams(
        { params: parameters, request: requests[method] },
        context,
      );
      if (result === undefined) throw new Error('The engine gave no result');
      return result;
    } catch (error) {
      return resultOf(error);
    }
  };
}

function requestOf(method: string): Request {
  return new Request('http://gatehouse/graphql', { method });
}

// Errors hold the whole source, and failing again costs no more than it did.
const noCache = { get: () => undefined, set: () => {} };
