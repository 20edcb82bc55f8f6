import { GatehouseError } from '../gatehouse-error.ts';
import type { CreateSessionResult } from '../results.ts';

/** An answer without a token. Its message is for a person; what is wrong with the configuration is not in it. */
export type Refusal = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
};

type Refused = Exclude<CreateSessionResult, { readonly __typename: 'CreateRealtimeSessionSuccess' }>;

/** The status and the code of a result that is no secret. */
export function refusalOfResult(result: Refused): Refusal {
  switch (result.__typename) {
    case 'InvalidInputError':
      return { status: 400, code: 'INVALID_INPUT', message: 'Such a session cannot be asked for.' };
    case 'PolicyViolationError':
      return { status: 403, code: 'POLICY_VIOLATION', message: 'Such a session is not allowed.' };
    case 'UserSuspendedError':
      return { status: 403, code: 'USER_SUSPENDED', message: 'You are suspended.' };
    case 'QuotaExceededError':
      return {
        status: 429,
        code: 'QUOTA_EXCEEDED',
        message: 'There are too many sessions. Try again later.',
        ...retryAfter(result.retryAt),
      };
    case 'IdempotencyConflictError':
      return { status: 409, code: 'IDEMPOTENCY_CONFLICT', message: 'The idempotency key is in use.' };
    case 'SecretAlreadyIssuedError':
      return { status: 409, code: 'SECRET_ALREADY_ISSUED', message: 'The token was already handed out.' };
    case 'UpstreamError':
      return result.retryable
        ? { ...UNAVAILABLE, ...retryAfter(result.retryAt) }
        : { status: 502, code: 'UPSTREAM_ERROR', message: 'The provider refused the session.' };
    default:
      // Of a gateway that is newer than this package.
      result satisfies never;
      return BROKEN;
  }
}

const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'UNAVAILABLE',
  message: 'No session can be started now. Try again later.',
};
const BROKEN: Refusal = { status: 502, code: 'GATEWAY_ERROR', message: 'No session can be started.' };

/** What is thrown is the gateway's or the network's fault, or ours, and never the user's. */
export function refusalOfError(error: unknown): Refusal {
  if (!(error instanceof GatehouseError)) return BROKEN;
  switch (error.code) {
    case 'RATE_LIMITED':
    case 'SERVICE_UNAVAILABLE':
    case 'NETWORK':
    case 'TIMEOUT':
      return { ...UNAVAILABLE, ...retryAfter(error.retryAt) };
    case 'BAD_USER_INPUT':
      return { status: 400, code: 'INVALID_INPUT', message: 'Such a session cannot be asked for.' };
    case 'UNAUTHENTICATED':
    case 'FORBIDDEN':
    case 'INTERNAL_SERVER_ERROR':
    case 'MALFORMED_ANSWER':
      return BROKEN;
    default:
      error.code satisfies never;
      return BROKEN;
  }
}

function retryAfter(at: string | Date | null | undefined): Pick<Refusal, 'headers'> {
  if (at === null || at === undefined) return {};
  const seconds = Math.ceil((new Date(at).getTime() - Date.now()) / 1000);
  return { headers: { 'retry-after': String(Math.max(seconds, 1)) } };
}
