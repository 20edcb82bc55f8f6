import type { FieldNullability, InputFieldMap, SchemaTypes, TypeParam } from '@pothos/core';
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { type Conditions, lackingFor } from './authorization.ts';
import type { Context } from './context.ts';
import { ForbiddenError } from './errors.ts';

declare global {
  namespace PothosSchemaTypes {
    // The parameters are those of the builder's own declaration.
    interface FieldOptions<
      Types extends SchemaTypes,
      ParentShape,
      Type extends TypeParam<Types>,
      Nullable extends FieldNullability<Type>,
      Args extends InputFieldMap,
      ResolveShape,
      ResolveReturnShape,
    > {
      readonly authScopes?: Partial<Conditions>;
    }
  }
}

/** Has each field refuse callers that do not satisfy its conditions, before anything of it is resolved. */
export function withConditions(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const conditions = field.extensions.pothosOptions?.authScopes;
      if (conditions === undefined) continue;
      const guarded =
        (resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> =>
        (parent, args, context, info) => {
          const lacking = lackingFor(context.actor, conditions);
          if (lacking !== null) throw new ForbiddenError(`${type.name}.${field.name}`, lacking);
          return resolve(parent, args, context, info);
        };
      if (field.subscribe) field.subscribe = guarded(field.subscribe);
      // What was subscribed to was allowed then.
      else field.resolve = guarded(field.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
}
