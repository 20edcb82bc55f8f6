import { getOperationAST, valueFromASTUntyped } from 'graphql';
import type { OperationRequest } from './operation-request.ts';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The variables with the defaults of those that were left out, as if the client had sent them: what executes queries and what
 * compiles them read a default differently, e.g. graphql-jit writes a time as text.
 */
export function withDefaults({ document, operationName, variableValues }: OperationRequest): Variables {
  const values = variableValues ?? {};
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const defaults = definitions.flatMap(({ variable, defaultValue }): [string, unknown][] =>
    defaultValue === undefined || Object.hasOwn(values, variable.name.value)
      ? []
      : [[variable.name.value, valueFromASTUntyped(defaultValue)]],
  );
  return defaults.length === 0 ? values : { ...values, ...Object.fromEntries(defaults) };
}
