/** How many entries a page has: `size` where the client names no number, and at most `most`. */
export type PageSize = { readonly size: number; readonly most: number };

/**
 * What a field costs, where it is declared. The cost of an operation is the number of objects that it asks for
 * (server/graphql/operation-cost.ts). A field that declares nothing costs 1 for each of its objects, and a list is taken
 * to have 10 of them; scalars cost nothing.
 */
export type DeclaredCost =
  /** Its object comes with its parent, at no cost of its own. */
  | { readonly own: 0 }
  /** A connection: 1, and everything inside as often as the arguments `first` or `last` say. */
  | { readonly page: PageSize }
  /** A list of so many objects. 1 for the entries of a connection, which the page has multiplied already. */
  | { readonly list: number }
  /** A list with an object for each value of the argument `ids`, at most so many. */
  | { readonly idsAtMost: number };

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    readonly cost?: DeclaredCost;
  }
}

/** The `extensions` of a field that costs something else than usual. */
export function cost(declared: DeclaredCost): { readonly cost: DeclaredCost } {
  return { cost: declared };
}
