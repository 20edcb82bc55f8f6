import { GraphQLError } from 'graphql';
import type { Denial } from '../../audit/denial.ts';
import type { Context } from '../../graphql/context.ts';
import { ForbiddenError } from '../../graphql/errors.ts';
import { rootCause } from './present-error.ts';

const MINT = 'Mutation.createRealtimeSession';
const MAX_FIELDS = 20;

/**
 * Records what was forbidden among a request's errors, as one audit event. When it cannot be recorded the errors
 * say that instead (the ledger is away, mostly): nothing is forbidden that the trail does not know of.
 */
export async function recordDenials(
  errors: readonly GraphQLError[],
  { audit }: Context,
): Promise<readonly GraphQLError[]> {
  const forbidden = errors.map(rootCause).filter((cause) => cause instanceof ForbiddenError);
  if (forbidden.length === 0) return errors;
  const fields = [...new Set(forbidden.map(({ coordinate }) => coordinate))].slice(0, MAX_FIELDS);
  try {
    await audit.recordDenial(denialOf(fields));
    return errors;
  } catch (error) {
    // Not thrown on: it would take the rest of the answer with it, a secret that is handed out once for one.
    const cause = error instanceof Error ? error : new Error('Not an error', { cause: error });
    return errors.map((one) => (rootCause(one) instanceof ForbiddenError ? withCause(one, cause) : one));
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
