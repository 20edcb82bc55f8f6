import type { Lacking } from './authorization.ts';

/**
 * Codes of errors. Expected outcomes are not errors but members of result unions. The codes are part of the contract; the
 * messages are fixed, so that they repeat no input.
 */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'PERSISTED_QUERY_NOT_SUPPORTED'
  | 'RATE_LIMITED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/**
 * The caller may not use a field. `coordinate` names it in the schema, e.g. "Query.applications", for the audit event;
 * `needs` is what the caller lacks, for the caller.
 */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
  // One request can be refused thousands of fields. Nobody reads these stacks, and writing them takes most of the time.
  override readonly stack = '';
  readonly coordinate: string;
  readonly needs: Lacking;

  constructor(coordinate: string, needs: Lacking) {
    super('Forbidden');
    this.coordinate = coordinate;
    this.needs = needs;
  }
}

/** An argument or variable is invalid. `path` names it, e.g. "input.labels.1.key". */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
  }
}
