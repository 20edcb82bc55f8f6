/** Those of the gateway, and three of this package: nothing was heard, not in time, or nothing that makes sense. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'RATE_LIMITED'
  | 'SERVICE_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR'
  | 'NETWORK'
  | 'TIMEOUT'
  | 'MALFORMED_ANSWER';

export type ErrorDetails = {
  /** The gateway's id of the request, as its log and its audit trail have it. */
  readonly requestId?: string | undefined;
  /** What the credential lacks: names of scopes. */
  readonly needs?: readonly string[] | undefined;
  /** The earliest time at which another attempt can succeed. */
  readonly retryAt?: Date | undefined;
  /** What is wrong with the input. */
  readonly issues?: readonly { readonly path: readonly string[]; readonly message: string }[] | undefined;
  readonly cause?: unknown;
};

/** A request that was not answered as it should be. A quota or a refusal is no such error, but a result. */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError';
  readonly code: ErrorCode;
  declare readonly requestId?: string;
  declare readonly needs?: readonly string[];
  declare readonly retryAt?: Date;
  declare readonly issues?: readonly { readonly path: readonly string[]; readonly message: string }[];

  constructor(code: ErrorCode, message: string, { cause, ...details }: ErrorDetails = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    Object.assign(
      this,
      Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined)),
    );
  }
}
