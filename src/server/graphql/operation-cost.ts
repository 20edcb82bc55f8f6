import {
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type ValueNode,
} from 'graphql';
import { DEFAULT_SIZE, MAX_SIZE } from '../../graphql/connection.ts';
import { USAGE_PAGE } from '../../usage/usage-report.ts';

type Variables = Readonly<Record<string, unknown>>;
type Field = Pick<GraphQLField<unknown, unknown>, 'type' | 'args'>;

/** How many objects a field is good for: known, or said by a variable. */
type Size = number | ((variables: Variables) => number);

/** A sum, in which `each` counts `size` times. What depends on no variable is a number. */
export type Plan = number | { readonly size: Size; readonly each: Plan } | readonly Plan[];

export const NO_COST: Plan = 0;

// What a list without pages is assumed to hold: tools, labels, quotas.
const PLAIN_LIST = 10;
// Introspection costs no look-ups, and its lists nest: small enough for the whole schema to be asked for at once.
const INTROSPECTION_LIST = 2;

/** What a field adds once (`own`) and what it adds for each of its objects, beside their own fields. */
export type FieldCost = {
  /** The name of the type that its selections are of. */
  readonly type: string | undefined;
  readonly own: number;
  readonly size: Size;
  readonly each: number;
};

const DEFAULT_PAGE = { size: DEFAULT_SIZE, most: MAX_SIZE };

const SCALAR: FieldCost = { type: undefined, own: 0, size: 1, each: 0 };

export function fieldCost(
  node: FieldNode,
  parent: string | undefined,
  { schema, operation }: { schema: GraphQLSchema; operation: OperationDefinitionNode },
): FieldCost {
  const field = parent === undefined ? undefined : fieldOf(schema, parent, node.name.value);
  const named = getNamedType(field?.type);
  if (field === undefined || !isCompositeType(named)) return SCALAR;
  const type = named.name;
  // They come with their page, and with their row.
  if (type === 'PageInfo' || (type === 'UsageTotals' && parent === 'UsageRow'))
    return { type, own: 0, size: 1, each: 0 };
  if (hasPages(field, type)) return { type, own: 1, size: pageSize(node, operation, pageOf(type)), each: 0 };
  return { type, own: 0, size: listSize(node, field, parent, operation), each: 1 };
}

function fieldOf(schema: GraphQLSchema, parent: string, name: string): Field | undefined {
  const type = schema.getType(parent);
  const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
  if (Object.hasOwn(fields, name)) return fields[name];
  return [SchemaMetaFieldDef, TypeMetaFieldDef].find((meta) => meta.name === name);
}

function hasPages({ args }: Field, type: string): boolean {
  return type.endsWith('Connection') && args.some(({ name }) => name === 'first' || name === 'last');
}

function pageOf(type: string) {
  return type === 'UsageRowConnection' ? USAGE_PAGE : DEFAULT_PAGE;
}

function pageSize(node: FieldNode, operation: OperationDefinitionNode, page: typeof DEFAULT_PAGE): Size {
  const sizes = ['first', 'last'].flatMap((name) => argument(node, name) ?? []);
  const last = sizes.at(-1);
  // Both at once are refused when they are resolved: the greater one does no harm.
  if (last === undefined) return page.size;
  return sizeBy(last, operation, (value) => (typeof value === 'number' ? value : page.size), page.most);
}

function listSize(
  node: FieldNode,
  { type, args }: Field,
  parent: string | undefined,
  operation: OperationDefinitionNode,
): Size {
  if (!isListType(isNonNullType(type) ? type.ofType : type)) return 1;
  const ids = args.some(({ name }) => name === 'ids') ? argument(node, 'ids') : undefined;
  if (ids !== undefined)
    return sizeBy(ids, operation, (value) => (Array.isArray(value) ? value.length : 1), MAX_SIZE);
  if (parent?.startsWith('__')) return INTROSPECTION_LIST;
  // The edges and nodes of a page were multiplied with it.
  return parent?.endsWith('Connection') ? 1 : PLAIN_LIST;
}

/** More than the largest page is refused when it is resolved. */
function sizeBy(
  value: ValueNode,
  operation: OperationDefinitionNode,
  read: (value: unknown) => number,
  most: number,
): Size {
  const clamped = (given: unknown) => Math.min(Math.max(read(given), 0), most);
  if (value.kind !== 'Variable') return clamped(literal(value));
  const name = value.name.value;
  const definition = operation.variableDefinitions?.find(({ variable }) => variable.name.value === name);
  const fallback = definition?.defaultValue === undefined ? undefined : literal(definition.defaultValue);
  return (variables) => {
    const given = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return clamped(given === undefined ? fallback : given);
  };
}

/** Sizes only: a number, or a list of so many values. */
function literal(value: ValueNode): unknown {
  if (value.kind === 'IntValue') return Number(value.value);
  return value.kind === 'ListValue' ? value.values : undefined;
}

function argument(node: FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((given) => given.name.value === name)?.value;
}

/** Adds up what is known, so that evaluating does not walk what no variable changes. */
export function sumOfCosts(parts: readonly Plan[]): Plan {
  let sum = 0;
  const open: Plan[] = [];
  for (const part of parts) {
    const value = constantOf(part);
    if (value === null) open.push(part);
    else sum = capped(sum + value);
  }
  return open.length === 0 ? sum : [sum, ...open];
}

function constantOf(plan: Plan): number | null {
  if (typeof plan === 'number') return plan;
  if (!('size' in plan)) return null;
  const { size, each } = plan;
  return typeof size === 'number' && typeof each === 'number' ? capped(size * each) : null;
}

/** The cost with these variables. Shared parts (fragments) are evaluated once. */
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
