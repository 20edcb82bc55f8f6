import { type GraphQLResolveInfo, type OperationDefinitionNode, visit } from 'graphql';

const fieldNames = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** All field names used anywhere in the operation, to decide which columns to read. Cached with its document. */
export function mentionedFields({ operation, fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  const cached = fieldNames.get(operation);
  if (cached !== undefined) return cached;
  const names = new Set<string>();
  for (const definition of [operation, ...Object.values(fragments)])
    visit(definition, { Field: ({ name }) => void names.add(name.value) });
  fieldNames.set(operation, names);
  return names;
}
