import { GraphQLError } from 'graphql';
import { measureOperation } from './measure-operation.ts';
import type { OperationRequest } from './operation-request.ts';

/** How large one operation may be. */
export type OperationLimits = {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly cost: number;
};

/** The error of an operation that exceeds a limit and must not be executed; null when it exceeds none. */
export function checkLimits(request: OperationRequest, limits: OperationLimits): GraphQLError | null {
  const { schema, document, operationName, variableValues } = request;
  const measured = measureOperation(schema, document, operationName, variableValues ?? {});
  if (measured === null) return null;
  const { kind, rootFields, depth, aliases, directives, cost } = measured;
  // Rate limits, audit events and retries go by request, so a request may make one change.
  if (kind === 'mutation' && rootFields > 1)
    return limitExceeded(`The mutation has ${rootFields} fields; one is allowed.`);
  if (depth > limits.depth)
    return limitExceeded(`The operation is ${depth} fields deep; ${limits.depth} are allowed.`);
  if (aliases > limits.aliases)
    return limitExceeded(`The operation has ${aliases} aliases; ${limits.aliases} are allowed.`);
  if (directives > limits.directives)
    return limitExceeded(`The operation has ${directives} directives; ${limits.directives} are allowed.`);
  if (cost > limits.cost)
    return limitExceeded(`The operation asks for up to ${cost} objects; ${limits.cost} are allowed.`);
  return null;
}

/** The answer is 400 for every media type, because the request is well-formed but too large. */
export function limitExceeded(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED', http: { status: 400 } } });
}
