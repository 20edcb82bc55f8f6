import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from 'graphql';
import { MAX_LIST_LENGTH } from '../../graphql/list-limit.ts';
import { isJsonObject } from '../../platform/validation/json.ts';

/**
 * Whether a JSON value can be used for a type, and has no list that is too long. It says yes only where coercing the value
 * would find nothing wrong, takes a fifth of the time, and does not say what is wrong.
 */
export function acceptsValue(value: unknown, type: GraphQLInputType): boolean {
  if (isNonNullType(type)) return value != null && acceptsValue(value, type.ofType);
  if (value == null) return true;
  if (isListType(type)) {
    const item = type.ofType;
    if (!Array.isArray(value)) return acceptsValue(value, item);
    return value.length <= MAX_LIST_LENGTH && value.every((entry) => acceptsValue(entry, item));
  }
  if (isInputObjectType(type)) return isJsonObject(value) && acceptsFields(value, type);
  try {
    return type.parseValue(value) !== undefined;
  } catch {
    return false;
  }
}

function acceptsFields(value: Readonly<Record<string, unknown>>, type: GraphQLInputObjectType): boolean {
  const { types, required } = fieldsOf(type);
  const names = Object.keys(value);
  if (type.isOneOf && (names.length !== 1 || value[names[0] ?? ''] == null)) return false;
  if (required.some((name) => value[name] === undefined)) return false;
  return names.every((name) => {
    const field = types.get(name);
    return field !== undefined && acceptsValue(value[name], field);
  });
}

type Fields = { readonly types: ReadonlyMap<string, GraphQLInputType>; readonly required: readonly string[] };
const fields = new WeakMap<GraphQLInputObjectType, Fields>();

function fieldsOf(type: GraphQLInputObjectType): Fields {
  const cached = fields.get(type);
  if (cached !== undefined) return cached;
  const all = Object.values(type.getFields());
  const made = {
    types: new Map(all.map((field) => [field.name, field.type])),
    required: all.filter(isRequiredInputField).map(({ name }) => name),
  };
  fields.set(type, made);
  return made;
}
