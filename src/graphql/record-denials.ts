import { GraphQLError } from 'graphql';
import type { Denial } from '../domain/denial.ts';
import { LedgerUnavailableError } from '../domain/ledger.ts';
import type { Context } from './context.ts';
import { ForbiddenError } from './errors.ts';
import { rootCause } from './present-error.ts';

const MINT = 'Mutation.createRealtimeSession';
const MAX_FIELDS = 20;

/**
 * Records what was forbidden among a request's errors, as one audit event. When it cannot be recorded the errors
 * say that the ledger is away instead: no answer is given that the trail does not know of.
 */
export async function recordDenials(
  errors: readonly GraphQLError[],
  { recordDenial }: Context,
): Promise<readonly GraphQLError[]> {
  const forbidden = errors.map(rootCause).filter((cause) => cause instanceof ForbiddenError);
  if (forbidden.length === 0) return errors;
  const fields = [...new Set(forbidden.map(({ coordinate }) => coordinate))].slice(0, MAX_FIELDS);
  try {
    await recordDenial(denialOf(fields));
    return errors;
  } catch (error) {
    if (!(error instanceof LedgerUnavailableError)) throw error;
    return errors.map((one) => (rootCause(one) instanceof ForbiddenError ? withCause(one, error) : one));
  }
}

function denialOf(fields: readonly string[]): Denial {
  return fields.includes(MINT)
    ? { action: 'session.denied', detail: { reason: 'forbidden' } }
    : { action: 'access.denied', detail: { fields: [...fields] } };
}

function withCause(error: GraphQLError, cause: Error): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(cause.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    originalError: cause,
  });
}
