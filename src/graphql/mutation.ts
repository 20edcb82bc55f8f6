import type { ArgBuilder, InputObjectRef, ObjectRef } from '@pothos/core';
import { type BuilderTypes, builder } from './builder.ts';
import type { Context } from './context.ts';

type Named = { readonly __typename: string };

/** The result of a mutation: one of several types, each of which names itself. */
export function resultType<const Shapes extends readonly Named[]>(
  name: string,
  description: string,
  types: { [K in keyof Shapes]: ObjectRef<BuilderTypes, Shapes[K]> },
) {
  return builder.unionType(name, {
    description,
    types: [...types],
    resolveType: (result) => result.__typename,
  });
}

/**
 * Resolves a mutation when it is the caller's turn, and notes the type of its result in the request log.
 * @param share what limits how many are resolved at a time; null for mints, whose limits are their own
 */
export function logged<Args, Result extends Named>(
  resolve: (args: Args, context: Context) => Promise<Result>,
  share: 'changes' | 'erasures' | null = 'changes',
): (root: unknown, args: Args, context: Context) => Promise<Result> {
  return async (_root, args, context) => {
    const result = await (share === null
      ? resolve(args, context)
      : context.shares[share](() => resolve(args, context)));
    context.log.outcome = result.__typename;
    return result;
  };
}

/** The one argument of a mutation. */
export function inputArgument<Input>(
  arg: ArgBuilder<BuilderTypes>,
  type: InputObjectRef<BuilderTypes, Input>,
  description: string,
) {
  return { input: arg({ type, required: true, description }) };
}
