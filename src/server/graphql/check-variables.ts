import {
  coerceInputValue,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import type { OperationRequest } from './operation-request.ts';
import { variablePath } from './variable-path.ts';

const MAX_ERRORS = 20;

/**
 * Coerces the variables once before graphql-js does, because the messages of graphql-js repeat values of the client.
 * @returns an error for each value that cannot be used, which names its field in the schema; none when all are valid
 */
export function checkVariables({
  schema,
  document,
  operationName,
  variableValues,
}: OperationRequest): GraphQLError[] {
  const operation = getOperationAST(document, operationName);
  const errors: GraphQLError[] = [];
  for (const definition of operation?.variableDefinitions ?? []) {
    checkVariable(schema, definition, variableValues ?? {}, (path, problem) => {
      if (errors.length < MAX_ERRORS) {
        const base = variablePath(schema, document, definition.variable.name.value);
        errors.push(
          new GraphQLError(`${[base, ...path].join('.')} ${problem}`, {
            nodes: definition,
            extensions: { code: 'VARIABLES_INVALID' },
          }),
        );
      }
    });
  }
  return errors;
}

function checkVariable(
  schema: GraphQLSchema,
  definition: VariableDefinitionNode,
  values: Readonly<Record<string, unknown>>,
  report: (path: readonly (string | number)[], problem: string) => void,
): void {
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  if (!isInputType(type)) return;
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) {
    if (definition.defaultValue === undefined && isNonNullType(type)) report([], 'is needed.');
    return;
  }
  coerceInputValue(value, type, (path, _value, error) => {
    report(path, problemOf(error));
  });
}

/** The sentence of graphql-js where it names only the schema, and our own where it would repeat the value. */
function problemOf(error: GraphQLError): string {
  const missing = /^Field "(\w+)" of required type "[\w![\]]+" was not provided\.$/.exec(error.message);
  if (missing) return `lacks the field ${missing[1]}.`;
  const exactlyOne = /^Exactly one key must be specified for OneOf type "\w+"\.$/.test(error.message);
  if (exactlyOne) return 'must name exactly one of its fields.';
  const unknown = /^Field ".*" is not defined by type "\w+"\./s.test(error.message);
  if (unknown) return 'has a field that is not known.';
  if (/^must be [\w\s,"-]+$/.test(error.message)) return `${error.message}.`;
  return 'has an invalid value.';
}
