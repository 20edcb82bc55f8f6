import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

type Key = string | number | undefined;
type Ancestors = readonly (ASTNode | readonly ASTNode[])[];

/**
 * The argument, input fields and indices that lead to a value in a document, e.g. "input.labels.1.key". Every name is one of
 * the schema, because validation reaches a value only by these. The default of a variable has the path of the variable.
 * @param wanted a value, or an input field, whose path is that of its object: the schema may not have it
 */
export function literalPath(schema: GraphQLSchema, document: DocumentNode, wanted: ASTNode): string {
  const path: (string | number)[] = [];
  let found = '';
  visit(document, {
    enter(node, key, _parent, _path, ancestors) {
      if (node.kind === 'VariableDefinition')
        path.push(variablePath(schema, document, node.variable.name.value));
      const step = stepOf(node, key, ancestors);
      if (step !== null && (node !== wanted || node.kind !== 'ObjectField')) path.push(step);
      if (node !== wanted) return undefined;
      found = path.join('.');
      return BREAK;
    },
    leave(node, key, _parent, _path, ancestors) {
      if (node.kind === 'VariableDefinition' || stepOf(node, key, ancestors) !== null) path.pop();
    },
  });
  return found || 'A value';
}

/**
 * The argument, input fields and indices that lead to the first use of a variable, e.g. "input.tools". Every name is one of
 * the schema: the client chose the name of the variable and the keys inside a JSON value, so those are left out.
 */
export function variablePath(schema: GraphQLSchema, document: DocumentNode, variable: string): string {
  let found = '';
  visitVariables(schema, document, ({ name, path }) => {
    if (name !== variable) return true;
    found = path.join('.');
    return false;
  });
  return found || 'A variable';
}

/** The paths of the variables that are used where null is not allowed, whether or not their own types allow it. */
export function pathsWithoutNull(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  visitVariables(schema, document, ({ name, path, allowsNull }) => {
    if (!allowsNull && !paths.has(name)) paths.set(name, path.join('.'));
    return true;
  });
  return paths;
}

/** The names of the variables that stand inside an object or a list. */
export function variablesInside(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visitVariables(schema, document, ({ name, path }) => {
    if (path.length > 1) names.add(name);
    return true;
  });
  return names;
}

type Use = {
  readonly name: string;
  readonly path: readonly (string | number)[];
  readonly allowsNull: boolean;
};

/** @param see returns whether to go on to the next use of a variable */
function visitVariables(schema: GraphQLSchema, document: DocumentNode, see: (use: Use) => boolean): void {
  const types = new TypeInfo(schema);
  // Null for a name that the schema does not have.
  const path: (string | number | null)[] = [];
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node, key, parent, _path, ancestors) {
        if (node.kind === 'VariableDefinition') return false;
        const step = stepOf(node, key, ancestors);
        if (step !== null) path.push(types.getInputType() ? step : null);
        if (node.kind !== 'Variable') return undefined;
        const end = path.indexOf(null);
        const known = path.slice(0, end < 0 ? path.length : end).filter((one) => one !== null);
        const isField = parent !== undefined && 'kind' in parent && parent.kind === 'ObjectField';
        const use = { name: node.name.value, path: known, allowsNull: allowsNull(types, isField) };
        return see(use) ? undefined : BREAK;
      },
      leave(node, key, _parent, _path, ancestors) {
        if (stepOf(node, key, ancestors) !== null) path.pop();
      },
    }),
  );
}

/** @param isField whether the value is an input field by itself, and not inside a list */
function allowsNull(types: TypeInfo, isField: boolean): boolean {
  if (isNonNullType(types.getInputType())) return false;
  const object = getNamedType(types.getParentInputType());
  return !(isField && isInputObjectType(object) && object.isOneOf);
}

/** What a node adds to the path of a value: the name of an argument or input field, or an index in a list. */
function stepOf(node: ASTNode, key: Key, ancestors: Ancestors): string | number | null {
  if (node.kind === 'Argument' || node.kind === 'ObjectField') return node.name.value;
  const owner = ancestors.at(-1);
  const inList = owner !== undefined && 'kind' in owner && owner.kind === 'ListValue';
  return inList && key !== undefined ? key : null;
}
