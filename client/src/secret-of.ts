import { GatehouseError } from './gatehouse-error.ts';
import type { CreateSessionResult } from './results.ts';
import type { Secret } from './secret.ts';

/**
 * The client secret of a result, for who does not tell the refusals apart.
 * @throws GatehouseError that says why there is none
 */
export function secretOf(result: CreateSessionResult): Secret {
  switch (result.__typename) {
    case 'CreateRealtimeSessionSuccess':
      return result.clientSecret.value;
    case 'InvalidInputError':
      throw new GatehouseError('BAD_USER_INPUT', result.message, { issues: result.issues });
    case 'QuotaExceededError':
      throw new GatehouseError('RATE_LIMITED', result.message, { retryAt: dateOf(result.retryAt) });
    case 'UpstreamError':
      throw new GatehouseError('SERVICE_UNAVAILABLE', result.message, { retryAt: dateOf(result.retryAt) });
    case 'PolicyViolationError':
    case 'UserSuspendedError':
      throw new GatehouseError('FORBIDDEN', result.message);
    case 'IdempotencyConflictError':
    case 'SecretAlreadyIssuedError':
      throw new GatehouseError('BAD_USER_INPUT', result.message);
    default:
      throw new GatehouseError('MALFORMED_ANSWER', messageOf(result satisfies never));
  }
}

function dateOf(instant: string | null): Date | undefined {
  return instant === null ? undefined : new Date(instant);
}

/** Of a refusal that this version of the package does not know. */
function messageOf(result: { readonly message?: unknown; readonly __typename?: unknown }): string {
  return typeof result.message === 'string' ? result.message : `No secret: ${String(result.__typename)}`;
}
