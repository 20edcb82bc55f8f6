import type { InputObjectRef, ObjectParam, UnionRef } from '@pothos/core';
import { type BuilderTypes, builder } from './builder.ts';
import type { Context } from './context.ts';

type Named = { readonly __typename: string };

/** The result of a mutation: one of several types, each of which names itself. */
export function resultType<Member extends ObjectParam<BuilderTypes>>(
  name: string,
  description: string,
  types: Member[],
) {
  return builder.unionType(name, { description, types, resolveType: resolve => resolve.__typename });
}
