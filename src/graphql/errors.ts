/**
 * What a request cannot get past, beside the expected outcomes that are members of result unions. The
 * codes are the contract's; the messages are fixed, so that nothing of what was given is repeated.
 */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/** Something that is not for the caller. `coordinate` is of the schema, e.g. "Query.applications": what is recorded of it. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
  readonly coordinate: string;

  constructor(coordinate: string) {
    super('Forbidden');
    this.coordinate = coordinate;
  }
}

/** An argument or variable that cannot be used. `path` names it, e.g. "input.labels.1.key". */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';

  constructor(path: string, problem: string) {
    super(`${path} ${problem}`);
  }
}
