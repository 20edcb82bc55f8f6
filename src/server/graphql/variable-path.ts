import { BREAK, type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/**
 * The argument and input fields that a variable is used for, e.g. "input.tools". Every part is a name of the schema: the
 * client chose the name of the variable and the keys inside a JSON value, so those are left out.
 */
export function variablePath(schema: GraphQLSchema, document: DocumentNode, variable: string): string {
  const types = new TypeInfo(schema);
  // Null for a name that the schema does not have.
  const path: (string | null)[] = [];
  visit(
    document,
    visitWithTypeInfo(types, {
      enter(node) {
        if (node.kind === 'Argument') path.push(types.getArgument()?.name ?? null);
        if (node.kind === 'ObjectField') path.push(types.getInputType() ? node.name.value : null);
        if (node.kind === 'VariableDefinition') return false;
        return node.kind === 'Variable' && node.name.value === variable ? BREAK : undefined;
      },
      leave(node) {
        if (node.kind === 'Argument' || node.kind === 'ObjectField') path.pop();
      },
    }),
  );
  const firstUnknown = path.indexOf(null);
  return path.slice(0, firstUnknown < 0 ? path.length : firstUnknown).join('.') || 'A variable';
}
