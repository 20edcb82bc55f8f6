import { GraphQLError } from 'graphql';
import { isJsonObject } from '../../platform/validation/json.ts';

/** What a request can have, as GraphQL over HTTP specifies. */
const PARAMETERS = ['query', 'variables', 'operationName', 'extensions'] as const;

/** The keys by which clients name a registered document, beside Apollo's in extensions. */
export const DOCUMENT_ID_KEYS = ['documentId', 'id', 'doc_id'] as const;

/** Stands for a parameter of a query string that is not JSON. */
export const NOT_JSON = Symbol('not JSON');

/** The parameters of a request before they are checked. It may have others, too. */
export type Parameters = {
  readonly [Key in (typeof PARAMETERS)[number] | (typeof DOCUMENT_ID_KEYS)[number]]?: unknown;
};

/**
 * The error of a request whose parameters cannot be used; null when they can.
 * @param registered whether documents are named by their ids, and not sent
 */
export function checkParameters(parameters: Parameters, registered: boolean): GraphQLError | null {
  const problem =
    keyProblem(parameters, registered) ??
    objectProblem('variables', parameters.variables) ??
    objectProblem('extensions', parameters.extensions) ??
    textProblem('operationName', parameters.operationName);
  if (problem !== null) return requestInvalid(problem);
  return registered ? null : checkQuery(parameters);
}

/** The error of a request that is malformed, with our own message, which repeats nothing but the name of a key. */
export function requestInvalid(
  message: string,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
) {
  return new GraphQLError(message, { extensions: { code: 'REQUEST_INVALID', http: { status, headers } } });
}

function checkQuery({ query, extensions }: Parameters): GraphQLError | null {
  if (query != null && query !== '') {
    const problem = textProblem('query', query);
    return problem === null ? null : requestInvalid(problem);
  }
  // Apollo Client and urql first send only a hash, and the document when this is the answer.
  return isJsonObject(extensions) && extensions['persistedQuery'] != null
    ? new GraphQLError('PersistedQueryNotSupported', {
        extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED', http: { status: 400, spec: true } },
      })
    : requestInvalid('The request has no query.');
}

function keyProblem(parameters: Parameters, registered: boolean): string | null {
  for (const [key, value] of Object.entries(parameters)) {
    if (PARAMETERS.some((one) => one === key)) continue;
    if (!DOCUMENT_ID_KEYS.some((one) => one === key))
      return `${nameOf(key)} is not known: a request has ${registered ? 'documentId, id or doc_id' : 'query'}, variables, operationName and extensions.`;
    if (value != null && !registered)
      return `The key ${key} names a registered document, and this gateway has none: send the document as query.`;
  }
  return null;
}

/** Repeats the key only if it looks like a misspelt one: anything else may be a secret in the wrong place. */
function nameOf(key: string): string {
  return /^[A-Za-z_]{1,32}$/.test(key) ? `The key "${key}"` : 'A key';
}

function objectProblem(name: string, value: unknown): string | null {
  return value == null || isObject(value) ? null : `${name} must be a JSON object, and is ${kindOf(value)}.`;
}

function textProblem(name: string, value: unknown): string | null {
  return value == null || typeof value === 'string'
    ? null
    : `${name} must be a string, and is ${kindOf(value)}.`;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === NOT_JSON) return 'not JSON';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
