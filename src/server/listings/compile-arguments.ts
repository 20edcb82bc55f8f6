import {
  type FieldNode,
  type GraphQLInputType,
  getArgumentValues,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type ValueNode,
  valueFromAST,
  visit,
} from 'graphql';
import type { Field } from './selection.ts';

type Variables = Readonly<Record<string, unknown>>;
type Values = Readonly<Record<string, unknown>>;
/** Computes a value; undefined when it is left out. @throws asUsual */
type Compute = (variables: Variables) => unknown;
/** An argument, an input field, or an entry of a list. */
type Declared = { readonly type: GraphQLInputType; readonly defaultValue?: unknown };

/** Thrown where graphql-js has to compute the arguments: it also makes the error of one that is missing or null. */
const asUsual = new Error('These arguments are computed by graphql-js');

/**
 * Makes what computes the arguments of a field out of coerced variables, as getArgumentValues does. What does not depend on
 * variables is computed once.
 */
export function compileArguments(field: Field, node: FieldNode): (variables: Variables) => Values {
  const nodes = node.arguments?.map(({ name, value }) => [name.value, value] as const);
  const compute = orUsual(() => compileValues(field.args, new Map(nodes)));
  return (variables) => orUsual(() => compute?.(variables)) ?? getArgumentValues(field, node, variables);
}

function orUsual<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error === asUsual) return undefined;
    throw error;
  }
}

function compileValues(
  declared: readonly (Declared & { readonly name: string })[],
  nodes: ReadonlyMap<string, ValueNode>,
): (variables: Variables) => Values {
  const computes = declared.map((one) => [one.name, compileOne(one, nodes.get(one.name))] as const);
  return (variables) => {
    const values: Record<string, unknown> = {};
    for (const [name, compute] of computes) {
      const value = compute(variables);
      if (value !== undefined) values[name] = value;
    }
    return values;
  };
}

function compileOne({ type, defaultValue }: Declared, node: ValueNode | undefined): Compute {
  const compute = node === undefined ? () => undefined : compileValue(type, node);
  const isRequired = isNonNullType(type);
  return (variables) => {
    const value = compute(variables);
    const orDefault = value === undefined ? defaultValue : value;
    if (isRequired && orDefault == null) throw asUsual;
    return orDefault;
  };
}

function compileValue(type: GraphQLInputType, node: ValueNode): Compute {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return (variables) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
  }
  const nullable = getNullableType(type);
  if (!mentionsVariable(node)) {
    const value = valueFromAST(node, type);
    if (value === undefined) throw asUsual;
    return () => value;
  }
  if (node.kind === Kind.LIST && isListType(nullable)) {
    const computes = node.values.map((value) => compileOne({ type: nullable.ofType }, value));
    return (variables) =>
      computes.map((compute) => {
        const value = compute(variables);
        if (value === undefined) throw asUsual;
        return value;
      });
  }
  if (node.kind === Kind.OBJECT && isInputObjectType(nullable) && !nullable.isOneOf) {
    const nodes = node.fields.map(({ name, value }) => [name.value, value] as const);
    return compileValues(Object.values(nullable.getFields()), new Map(nodes));
  }
  throw asUsual;
}

function mentionsVariable(node: ValueNode): boolean {
  let found = false;
  visit(node, {
    Variable: () => {
      found = true;
    },
  });
  return found;
}
