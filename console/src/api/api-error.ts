import type { CombinedError } from 'urql';

/** Why the API gave no answer, or not all of it. */
export type ApiError = {
  readonly message: string;
  /** `extensions.code` of the first error, or NETWORK when no answer came. */
  readonly code: string;
  /** What the gateway's log has this request under. Null when no answer came. */
  readonly requestId: string | null;
};

export function toApiError(error: CombinedError): ApiError {
  const [first] = error.graphQLErrors;
  if (first !== undefined) {
    return {
      message: first.message,
      code: textOr(first.extensions['code'], 'UNKNOWN'),
      requestId: textOr(first.extensions['requestId'], null),
    };
  }
  const response: unknown = error.response;
  const requestId = response instanceof Response ? response.headers.get('x-request-id') : null;
  return { message: 'The gateway could not be reached.', code: 'NETWORK', requestId };
}

function textOr<Other>(value: unknown, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}
