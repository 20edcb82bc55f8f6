import { type DocumentNode, GraphQLError, type GraphQLSchema } from 'graphql';
import { measureOperation } from './measure-operation.ts';

/** What one operation may ask for. */
export type OperationLimits = {
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly cost: number;
};

type Request = {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};

/** Why an operation is not executed at all; null when it stays within the limits. */
export function checkLimits(request: Request, limits: OperationLimits): GraphQLError | null {
  const { schema, document, operationName, variableValues } = request;
  const measured = measureOperation(schema, document, operationName, variableValues ?? {});
  if (measured === null) return null;
  const { kind, rootFields, depth, aliases, directives, cost } = measured;
  // One request, one change: what a mutation does is limited, audited and retried by request.
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

/** A burden rather than a mistake: 400 whatever media type is accepted. */
export function limitExceeded(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED', http: { status: 400 } } });
}
