import { BREAK, type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql';

/**
 * Where a variable is used, in names of the schema: "input.tools". The variable's own name is the client's, and
 * so are the keys inside a JSON value.
 */
export function variablePlace(schema: GraphQLSchema, document: DocumentNode, variable: string): string {
  const types = new TypeInfo(schema);
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
  const unknown = path.indexOf(null);
  return path.slice(0, unknown < 0 ? path.length : unknown).join('.') || 'A variable';
}
