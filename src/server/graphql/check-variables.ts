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
import { findLongList, MAX_LIST_LENGTH } from '../../graphql/list-limit.ts';
import { MAX_ISSUES } from '../../platform/validation/input-issue.ts';
import type { OperationRequest } from './operation-request.ts';
import { MORE_ERRORS } from './validation-messages.ts';
import { variablePath } from './variable-path.ts';

/** Thrown to stop coercing, which cannot be ended otherwise. */
const tooManyErrors = new Error('Too many errors');

/**
 * Coerces the variables once before graphql-js does, because the messages of graphql-js repeat values of the client, and
 * because it looks at every entry of every list.
 * @returns an error for each value that cannot be used, which names its field in the schema; none when all are valid.
 *   After MAX_ISSUES errors it stops, with one that says that there are more.
 */
export function checkVariables({
  schema,
  document,
  operationName,
  variableValues,
}: OperationRequest): GraphQLError[] {
  const operation = getOperationAST(document, operationName);
  const errors: GraphQLError[] = [];
  const add = (nodes: VariableDefinitionNode, message: string) =>
    errors.push(new GraphQLError(message, { nodes, extensions: { code: 'VARIABLES_INVALID' } }));
  try {
    for (const definition of operation?.variableDefinitions ?? []) {
      let base: string | undefined;
      checkVariable(schema, definition, variableValues ?? {}, (path, problem) => {
        if (errors.length === MAX_ISSUES) {
          add(definition, MORE_ERRORS);
          throw tooManyErrors;
        }
        base ??= variablePath(schema, document, definition.variable.name.value);
        add(definition, `${[base, ...path].join('.')} ${problem}`);
      });
    }
  } catch (error) {
    if (error !== tooManyErrors) throw error;
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
  const long = findLongList(value, type, MAX_LIST_LENGTH, () => MAX_LIST_LENGTH);
  if (long !== null) {
    report(long.path, `has more than ${long.most} entries.`);
    return;
  }
  const hideSuggestions = true;
  coerceInputValue(value, type, (path, _value, error) => report(path, problemOf(error)), hideSuggestions);
}

/** The sentence of graphql-js where it names only the schema, and our own where it would repeat the value. */
function problemOf(error: GraphQLError): string {
  const missing = /^Field "(\w+)" of required type "[\w![\]]+" was not provided\.$/.exec(error.message);
  if (missing) return `lacks the field ${missing[1]}.`;
  const exactlyOne = /^Exactly one key must be specified for OneOf type "\w+"\.$/.test(error.message);
  if (exactlyOne) return 'must name exactly one of its fields.';
  const unknown = /^Field ".*" is not defined by type "\w+"\./s.test(error.message);
  if (unknown) return 'has a field that is not known.';
  // A message of our scalars. Those of graphql-js, which repeat values, do not begin so.
  if (error.message.startsWith('must ')) return `${error.message}.`;
  return 'has an invalid value.';
}
