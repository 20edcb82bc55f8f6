import { connections, typesWithoutId } from './generated/scalars.ts';

export { codegenScalars, possibleTypes } from './generated/scalars.ts';

/** `keys` of urql's graphcache: types without an id have no key, and are kept within what holds them. */
export const graphcacheKeys: Record<string, () => null> = Object.fromEntries(
  typesWithoutId.map((name) => [name, () => null]),
);

/**
 * `typePolicies` of Apollo's InMemoryCache: the pages of a listing become one list.
 * @param relayStylePagination of `@apollo/client/utilities`, which this package does not depend on
 */
export function typePolicies<Policy>(
  relayStylePagination: (keyArgs: string[] | false) => Policy,
): Record<string, { fields: Record<string, Policy> }> {
  const policies: Record<string, { fields: Record<string, Policy> }> = {};
  for (const { type, field, keyArgs } of connections) {
    policies[type] ??= { fields: {} };
    policies[type].fields[field] = relayStylePagination(keyArgs.length > 0 ? [...keyArgs] : false);
  }
  return policies;
}
