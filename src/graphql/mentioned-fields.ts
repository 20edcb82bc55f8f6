import { type GraphQLResolveInfo, type OperationDefinitionNode, visit } from 'graphql';

const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/**
 * The names of all fields in an operation and its document's fragments, wherever they stand: to know what is worth
 * reading along. Documents are cached, so each is looked through once.
 */
export function mentionedFields({ operation, fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  const before = known.get(operation);
  if (before !== undefined) return before;
  const names = new Set<string>();
  for (const definition of [operation, ...Object.values(fragments)])
    visit(definition, { Field: ({ name }) => void names.add(name.value) });
  known.set(operation, names);
  return names;
}
