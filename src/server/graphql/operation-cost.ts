import {
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import type { PageSize } from '../../graphql/declared-cost.ts';

type Variables = Readonly<Record<string, unknown>>;
type Field = Pick<GraphQLField<unknown, unknown>, 'type' | 'extensions'>;

/** How many objects a field returns at most: a number, or one that depends on a variable. */
type Size = number | ((variables: Variables) => number);

/** A sum in which `each` counts `size` times. Parts that depend on no variable are numbers. */
export type Plan = number | { readonly size: Size; readonly each: Plan } | readonly Plan[];

export const NO_COST: Plan = 0;

// Lists without pages (tools, labels, quotas) are assumed to have this many entries.
const PLAIN_LIST = 10;
// Introspection reads nothing, and its lists nest. With a small number the whole schema can be asked for at once.
const INTROSPECTION_LIST = 2;

/** The cost of a field: `own` once, and `each` for each of its `size` objects, in addition to their fields. */
export type FieldCost = {
  /** The type of its objects, by which the fields inside are found. Undefined for scalars. */
  readonly type: string | undefined;
  readonly own: number;
  readonly size: Size;
  readonly each: number;
};

const SCALAR: FieldCost = { type: undefined, own: 0, size: 1, each: 0 };

/** The cost of a selected field, from what the schema declares where the field is (graphql/declared-cost.ts). */
export function fieldCost(
  node: FieldNode,
  parent: string | undefined,
  { schema, operation }: { schema: GraphQLSchema; operation: OperationDefinitionNode },
): FieldCost {
  const field = parent === undefined ? undefined : fieldOf(schema, parent, node.name.value);
  const named = getNamedType(field?.type);
  if (field === undefined || !isCompositeType(named)) return SCALAR;
  const type = named.name;
  const declared = field.extensions.cost;
  if (declared === undefined) return { type, own: 0, size: usualSize(field, parent), each: 1 };
  if ('own' in declared) return { type, own: declared.own, size: 1, each: 0 };
  if ('page' in declared) return { type, own: 1, size: pageSize(node, operation, declared.page), each: 0 };
  if ('list' in declared) return { type, own: 0, size: declared.list, each: 1 };
  if ('idsAtMost' in declared)
    return { type, own: 0, size: idCount(node, operation, declared.idsAtMost), each: 1 };
  return declared satisfies never;
}

function fieldOf(schema: GraphQLSchema, parent: string, name: string): Field | undefined {
  const type = schema.getType(parent);
  const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  if (Object.hasOwn(fields, name)) return fields[name];
  return [SchemaMetaFieldDef, TypeMetaFieldDef].find((meta) => meta.name === name);
}

function usualSize({ type }: Field, parent: string | undefined): Size {
  if (!isListType(getNullableType(type))) return 1;
  return parent?.startsWith('__') ? INTROSPECTION_LIST : PLAIN_LIST;
}

function pageSize(node: FieldNode, operation: OperationDefinitionNode, { size, most }: PageSize): Size {
  const sizes = ['first', 'last'].flatMap((name) => argument(node, name) ?? []);
  // A field that has both is refused by its resolver, so it does not matter which of them counts here.
  const last = sizes.at(-1);
  if (last === undefined) return size;
  return sizeFrom(last, operation, (value) => (typeof value === 'number' ? value : size), most);
}

function idCount(node: FieldNode, operation: OperationDefinitionNode, most: number): Size {
  const ids = argument(node, 'ids');
  if (ids === undefined) return most;
  return sizeFrom(ids, operation, (value) => (Array.isArray(value) ? value.length : 1), most);
}

/** The size that an argument asks for, at most `most`: a resolver refuses more. */
function sizeFrom(
  argumentValue: ValueNode,
  operation: OperationDefinitionNode,
  read: (value: unknown) => number,
  most: number,
): Size {
  const clamped = (value: unknown) => Math.min(Math.max(read(value), 0), most);
  if (argumentValue.kind !== 'Variable') return clamped(literal(argumentValue));
  const name = argumentValue.name.value;
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  const fallback = definition?.defaultValue === undefined ? undefined : literal(definition.defaultValue);
  return (variables) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return clamped(value === undefined ? fallback : value);
  };
}

/** The value of a literal that is a size (a number), or that has one (a list); undefined for others. */
function literal(value: ValueNode): unknown {
  if (value.kind === 'IntValue') return Number(value.value);
  return value.kind === 'ListValue' ? value.values : undefined;
}

function argument(node: FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((candidate) => candidate.name.value === name)?.value;
}

/** Adds up the constant parts now, so that each request evaluates only those that depend on variables. */
export function sumOfCosts(parts: readonly Plan[]): Plan {
  let sum = 0;
  const variable: Plan[] = [];
  for (const part of parts) {
    const value = constantOf(part);
    if (value === null) variable.push(part);
    else sum = capped(sum + value);
  }
  return variable.length === 0 ? sum : [sum, ...variable];
}

function constantOf(plan: Plan): number | null {
  if (typeof plan === 'number') return plan;
  if (!('size' in plan)) return null;
  const { size, each } = plan;
  return typeof size === 'number' && typeof each === 'number' ? capped(size * each) : null;
}

/** The cost with these variables. Parts that are shared (fragments) are evaluated once. */
export function evaluateCost(
  plan: Plan,
  variables: Variables,
  done: Map<Plan, number> = new Map<Plan, number>(),
): number {
  if (typeof plan === 'number') return plan;
  const before = done.get(plan);
  if (before !== undefined) return before;
  const cost =
    'size' in plan
      ? (typeof plan.size === 'number' ? plan.size : plan.size(variables)) *
        evaluateCost(plan.each, variables, done)
      : plan.reduce<number>((sum, part) => sum + evaluateCost(part, variables, done), 0);
  done.set(plan, capped(cost));
  return capped(cost);
}

function capped(value: number): number {
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}
