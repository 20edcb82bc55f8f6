import {
  coerceInputValue,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isInputType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { variablePlace } from './variable-place.ts';

type Request = {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
};

const MAX_ERRORS = 20;

/**
 * Coerces the variables once before graphql-js does, for the messages: its own repeat the values that were
 * given. Returns an error for each field that cannot be used, naming where the schema has it; none when all can.
 */
export function checkVariables({ schema, document, operationName, variableValues }: Request): GraphQLError[] {
  const operation = getOperationAST(document, operationName);
  const errors: GraphQLError[] = [];
  for (const definition of operation?.variableDefinitions ?? []) {
    checkVariable(schema, definition, variableValues ?? {}, (path, problem) => {
      if (errors.length < MAX_ERRORS) {
        const place = variablePlace(schema, document, definition.variable.name.value);
        errors.push(
          new GraphQLError(`${[place, ...path].join('.')} ${problem}`, {
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

/** graphql-js's sentence where it names only the schema, ours where it would repeat the value. */
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
