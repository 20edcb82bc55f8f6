import { type ErrorCode, GatehouseError } from './gatehouse-error.ts';
import { retryAtOf } from './retry-after.ts';

/** What a GraphQL server answers: data, errors, or both. */
export type Answer = { readonly data: object | null; readonly error: GatehouseError | null };

const CODES: ReadonlySet<string> = new Set<ErrorCode>([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
]);

/** Reads an answer. @throws GatehouseError if it is none of GraphQL */
export function readAnswer(text: string, { status, headers }: Pick<Response, 'status' | 'headers'>): Answer {
  const answer = answerOf(parsed(text), { status, headers });
  if (answer !== null && (answer.data !== null || answer.error !== null)) return answer;
  const code = codeOfStatus(status);
  throw new GatehouseError(code, `The gateway, or a proxy before it, answered ${status} and no GraphQL.`, {
    requestId: headers.get('x-request-id') ?? undefined,
    retryAt: retryAtOf(headers),
  });
}

/** The answer that a value is; null if it is none. */
function answerOf(body: unknown, head: Pick<Response, 'status' | 'headers'>): Answer | null {
  if (!isObject(body)) return null;
  const { data, errors } = body;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return { data: isObject(data) ? data : null, error: isObject(first) ? errorOf(first, head) : null };
}

function errorOf(
  error: Readonly<Record<string, unknown>>,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
) {
  const extensions = isObject(error['extensions']) ? error['extensions'] : {};
  const { code, requestId, needs } = extensions;
  const message = typeof error['message'] === 'string' ? error['message'] : 'The gateway answered an error.';
  return new GatehouseError(isCode(code) ? code : codeOfStatus(status), message, {
    requestId: typeof requestId === 'string' ? requestId : (headers.get('x-request-id') ?? undefined),
    needs: Array.isArray(needs) ? needs.filter((scope) => typeof scope === 'string') : undefined,
    retryAt: retryAtOf(headers),
  });
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 429) return 'RATE_LIMITED';
  if (status === 502 || status === 503 || status === 504) return 'SERVICE_UNAVAILABLE';
  if (status === 500) return 'INTERNAL_SERVER_ERROR';
  if (status === 400 || status === 413) return 'BAD_USER_INPUT';
  return 'MALFORMED_ANSWER';
}

function isCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && CODES.has(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// The error of the parser quotes the text, which may hold a secret.
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
