import {
  coerceInputValue,
  type DocumentNode,
  GraphQLError,
  getOperationAST,
  isInputType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { findLongList, MAX_LIST_LENGTH } from '../../graphql/list-limit.ts';
import { MAX_ISSUES } from '../../platform/validation/input-issue.ts';
import { acceptsValue } from './accepts-value.ts';
import { pathsWithoutNull, variablePath } from './input-path.ts';
import type { OperationRequest } from './operation-request.ts';
import { MORE_ERRORS } from './validation-messages.ts';
import { NOT_NULL, problemOf } from './value-problem.ts';

/** Thrown to stop coercing, which cannot be ended otherwise. */
const tooManyErrors = new Error('Too many errors');

/**
 * Checks the variables before they are coerced, because the messages of graphql-js repeat values of the client, and
 * because it looks at every entry of every list.
 * @returns an error for each value that cannot be used, which names its field in the schema; none when all are valid.
 *   After MAX_ISSUES errors it stops, with one that says that there are more.
 */
export function checkVariables(request: OperationRequest): GraphQLError[] {
  const operation = getOperationAST(request.document, request.operationName);
  const errors: GraphQLError[] = [];
  const add = (nodes: VariableDefinitionNode, message: string) =>
    errors.push(new GraphQLError(message, { nodes, extensions: { code: 'VARIABLES_INVALID' } }));
  try {
    for (const definition of operation?.variableDefinitions ?? []) {
      let first: string | undefined;
      checkVariable(request, definition, (path, problem, start) => {
        if (errors.length === MAX_ISSUES) {
          add(definition, MORE_ERRORS);
          throw tooManyErrors;
        }
        first ??= start ?? variablePath(request.schema, request.document, definition.variable.name.value);
        add(definition, `${[first, ...path].join('.')} ${problem}`);
      });
    }
  } catch (error) {
    if (error !== tooManyErrors) throw error;
  }
  return errors;
}

/** @param start the path of the variable, unless it is that of its first use */
type Report = (path: readonly (string | number)[], problem: string, start?: string) => void;

function checkVariable(request: OperationRequest, definition: VariableDefinitionNode, report: Report): void {
  const { schema, variableValues } = request;
  const name = definition.variable.name.value;
  const type = typeFromAST(schema, definition.type);
  if (!isInputType(type)) return;
  const value =
    variableValues != null && Object.hasOwn(variableValues, name) ? variableValues[name] : undefined;
  if (value == null && !isNonNullType(type)) {
    // A type that allows null may be used where null is not allowed, if the variable has a default.
    const refused = nullRefusedAt(request, name);
    if (refused !== null) report([], value === undefined ? 'is needed.' : NOT_NULL, refused);
    return;
  }
  if (value === undefined) {
    report([], 'is needed.');
    return;
  }
  if (acceptsValue(value, type)) return;
  const long = findLongList(value, type, MAX_LIST_LENGTH, () => MAX_LIST_LENGTH);
  if (long !== null) {
    report(long.path, `has more than ${long.most} entries.`);
    return;
  }
  const hideSuggestions = true;
  coerceInputValue(value, type, (path, _value, error) => report(path, problemOf(error)), hideSuggestions);
}

/** Documents are cached, so the variables of each are looked for once. */
const withoutNull = new WeakMap<DocumentNode, ReadonlyMap<string, string>>();

/** Where a variable is used that must not be null there; null when there is no such place. */
function nullRefusedAt({ schema, document }: OperationRequest, name: string): string | null {
  const paths = withoutNull.get(document) ?? pathsWithoutNull(schema, document);
  withoutNull.set(document, paths);
  return paths.get(name) ?? null;
}
