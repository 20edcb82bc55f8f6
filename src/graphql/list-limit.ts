import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { isJsonObject } from '../platform/validation/json.ts';
import { BadInputError } from './errors.ts';

/** No list of variables may have more entries, whatever it is for. Refused before the entries are looked at. */
export const MAX_LIST_LENGTH = 1000;

declare module 'graphql' {
  interface GraphQLArgumentExtensions {
    readonly most?: number;
  }
  interface GraphQLInputFieldExtensions {
    readonly most?: number;
  }
}

/** The options of an argument or input field that is a list: its maximum, which its description names. */
export function atMost(most: number, description: string) {
  return { description: `${description} At most ${most.toLocaleString('en')}.`, extensions: { most } };
}

/**
 * Lets queries and subscriptions refuse lists that are longer than they declare. Mutations check their own lists, because
 * they answer with an InvalidInputError.
 */
export function withListLimits(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type === schema.getMutationType()) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.args.some(({ type: argumentType }) => holdsList(argumentType))) continue;
      const { args: inputs, resolve, subscribe } = field;
      if (resolve)
        field.resolve = (parent, args, ...rest) => {
          refuseLongLists(inputs, args);
          return resolve(parent, args, ...rest);
        };
      if (subscribe)
        field.subscribe = (parent, args, ...rest) => {
          refuseLongLists(inputs, args);
          return subscribe(parent, args, ...rest);
        };
    }
  }
  return schema;
}

/** @throws BadInputError naming the first list that is too long, and its maximum */
function refuseLongLists(inputs: readonly GraphQLArgument[], args: Readonly<Record<string, unknown>>): void {
  const long = findLongField(inputs, args, (most) => most, []);
  if (long !== null) throw new BadInputError(long.path.join('.'), `must be at most ${long.most}`);
}

type LongList = { readonly path: readonly string[]; readonly most: number };
/** From the maximum that an argument or input field declares to the one that applies. */
type LimitOf = (declared: number) => number;

/**
 * Finds a list that is too long, without looking at its entries.
 * @param most how many entries `value` may have if it is a list itself
 */
export function findLongList(
  value: unknown,
  inputType: GraphQLInputType,
  most: number,
  limitOf: LimitOf,
  path: readonly string[] = [],
): LongList | null {
  const type = getNullableType(inputType);
  if (isInputObjectType(type))
    return isJsonObject(value) ? findLongField(Object.values(type.getFields()), value, limitOf, path) : null;
  if (!isListType(type)) return null;
  // GraphQL takes a single value for a list of one.
  if (!Array.isArray(value)) return findLongList(value, type.ofType, most, limitOf, path);
  if (value.length > most) return { path, most };
  for (const [index, entry] of value.entries()) {
    const long = findLongList(entry, type.ofType, most, limitOf, [...path, String(index)]);
    if (long !== null) return long;
  }
  return null;
}

function findLongField(
  fields: readonly (GraphQLArgument | GraphQLInputField)[],
  values: Readonly<Record<string, unknown>>,
  limitOf: LimitOf,
  path: readonly string[],
): LongList | null {
  for (const { name, type, extensions } of fields) {
    if (values[name] == null) continue;
    const most = limitOf(extensions.most ?? MAX_LIST_LENGTH);
    const long = findLongList(values[name], type, most, limitOf, [...path, name]);
    if (long !== null) return long;
  }
  return null;
}

function holdsList(inputType: GraphQLInputType): boolean {
  const type = getNullableType(inputType);
  if (isListType(type)) return true;
  return isInputObjectType(type) && Object.values(type.getFields()).some((field) => holdsList(field.type));
}
