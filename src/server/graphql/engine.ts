import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.ts';
import { isJsonObject } from '../../platform/validation/json.ts';
import { checkParameters, type Parameters } from './check-parameters.ts';
import { createDocumentCache } from './document-cache.ts';
import { resultOf } from './present-result.ts';
import { createCheckedExecution, type RequestRules } from './request-rules.ts';

export type EngineOptions = RequestRules & {
  readonly schema: GraphQLSchema;
  /** The plugin that admits registered documents only. Null when any document may be executed. */
  readonly trustedDocuments: Plugin | null;
};

/** A request whose parameters are not checked yet. */
export type GraphqlRequest = { readonly method: 'GET' | 'POST'; readonly parameters: Parameters };

/** Executes a request. All errors, also those of the request itself, are in the result. */
export type Execute = (
  request: GraphqlRequest,
  context: Context,
) => Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;

/**
 * Yoga without its HTTP layer: its caches of parsing and validation, its checks of parameters and methods, and plugins.
 * Its HTTP layer works for any runtime, and costs more than executing most requests (docs/decisions/0011).
 */
export function createExecute({ schema, trustedDocuments, ...rules }: EngineOptions): Execute {
  const documents = createDocumentCache();
  const { plugin, executeAgain } = createCheckedExecution(rules);
  const yoga = createYoga<Context, object>({
    schema,
    cors: false,
    maxRequestBodySize: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: false,
    // presentResult presents all errors, in one place.
    maskedErrors: false,
    parserAndValidationCache: { documentCache: documents, errorCache: noCache },
    plugins: [...(trustedDocuments === null ? [] : [trustedDocuments]), plugin],
  });
  // Its plugins read only the method of a request.
  const requests = { GET: requestOf('GET'), POST: requestOf('POST') };

  return async ({ method, parameters }, context) => {
    const refusal = checkParameters(parameters, trustedDocuments !== null);
    if (refusal !== null) return { errors: [refusal] };
    try {
      const again = executeKnown(method, parameters, context);
      if (again !== null) return await again;
      const result = await yoga.getResultForParams(
        { params: withoutEmptyName(parameters), request: requests[method] },
        context,
      );
      if (result === undefined) throw new Error('The engine gave no result');
      return result;
    } catch (error) {
      return resultOf(error);
    }
  };

  /** Executes an operation of a document that is cached: one that was sent as it is, and not named by an id. */
  function executeKnown(
    method: string,
    { query, operationName, variables }: Parameters,
    contextValue: Context,
  ): Promise<ExecutionResult> | null {
    const document =
      typeof query === 'string' && trustedDocuments === null ? documents.get(query) : undefined;
    if (document === undefined) return null;
    const name = typeof operationName === 'string' && operationName !== '' ? operationName : null;
    const variableValues = isJsonObject(variables) ? variables : {};
    return executeAgain({ schema, document, operationName: name, variableValues, contextValue }, method);
  }
}

/** An empty operationName is the same as none, as GraphQL over HTTP specifies for GET. */
function withoutEmptyName(parameters: Parameters): object {
  return parameters.operationName === '' ? { ...parameters, operationName: null } : parameters;
}

function requestOf(method: string): Request {
  return new Request('http://gatehouse/graphql', { method });
}

// Errors are not cached: they hold the whole source, and failing again costs no more than the first time.
const noCache = { get: () => undefined, set: () => {} };
