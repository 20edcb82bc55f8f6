import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { evaluateCost, fieldCost, NO_COST, type Plan, sumOfCosts } from './operation-cost.ts';

export type OperationMeasures = {
  readonly kind: OperationDefinitionNode['operation'];
  /** The deepest nesting of fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** The number of fields at the root, without __typename. */
  readonly rootFields: number;
  /** The number of objects that it asks for at most (operation-cost.ts). */
  readonly cost: number;
};

type Variables = Readonly<Record<string, unknown>>;

/** Measures that do not depend on variables, and the plan of the cost, which does. */
type Measured = {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly rootFields: number;
  readonly cost: Plan;
};

type Measuring = {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** By fragment: each is measured once, however often it is spread. Null while it is being measured. */
  readonly measured: Map<string, Measured | null>;
};

const NOTHING: Measured = { depth: 0, aliases: 0, directives: 0, rootFields: 0, cost: NO_COST };

/** Documents are cached, so each operation is measured once. */
const cache = new WeakMap<OperationDefinitionNode, { schema: GraphQLSchema; measured: Measured }>();

/**
 * Measures an operation with its fragments in place, as if @skip and @include were absent. Numbers stop growing at the
 * largest safe integer. Null when the document has no such operation.
 */
export function measureOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Variables,
): OperationMeasures | null {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return null;
  const { cost, ...shape } = measuredOnce(schema, document, operation);
  return { kind: operation.operation, ...shape, cost: evaluateCost(cost, variables) };
}

function measuredOnce(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const cached = cache.get(operation);
  if (cached?.schema === schema) return cached.measured;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === 'FragmentDefinition') fragments.set(node.name.value, node);
  const root = schema.getRootType(operation.operation)?.name;
  const measuring = { schema, operation, fragments, measured: new Map() };
  const selections = measureSelections(operation.selectionSet, root, measuring);
  const onVariables = operation.variableDefinitions?.flatMap(({ directives }) => directives ?? []) ?? [];
  const own = (operation.directives?.length ?? 0) + onVariables.length;
  const measured = { ...selections, directives: add(selections.directives, own) };
  cache.set(operation, { schema, measured });
  return measured;
}

function measureSelections(
  { selections }: SelectionSetNode,
  parent: string | undefined,
  measuring: Measuring,
): Measured {
  const parts = selections.map((selection) => measureSelection(selection, parent, measuring));
  return {
    depth: parts.reduce((deepest, part) => Math.max(deepest, part.depth), 0),
    aliases: parts.reduce((sum, part) => add(sum, part.aliases), 0),
    directives: parts.reduce((sum, part) => add(sum, part.directives), 0),
    rootFields: parts.reduce((sum, part) => add(sum, part.rootFields), 0),
    cost: sumOfCosts(parts.map((part) => part.cost)),
  };
}

function measureSelection(node: SelectionNode, parent: string | undefined, measuring: Measuring): Measured {
  const directives = node.directives?.length ?? 0;
  switch (node.kind) {
    case 'Field': {
      const { type, size, own, each } = fieldCost(node, parent, measuring);
      const inside = node.selectionSet ? measureSelections(node.selectionSet, type, measuring) : NOTHING;
      return {
        depth: add(inside.depth, 1),
        aliases: add(inside.aliases, node.alias === undefined ? 0 : 1),
        directives: add(inside.directives, directives),
        rootFields: node.name.value === '__typename' ? 0 : 1,
        cost: sumOfCosts([own, { size, each: sumOfCosts([each, inside.cost]) }]),
      };
    }
    case 'InlineFragment': {
      const type = node.typeCondition?.name.value ?? parent;
      const inside = measureSelections(node.selectionSet, type, measuring);
      return { ...inside, directives: add(inside.directives, directives) };
    }
    case 'FragmentSpread': {
      const inside = measureFragment(node.name.value, measuring);
      return { ...inside, directives: add(inside.directives, directives) };
    }
    default:
      return node satisfies never;
  }
}

function measureFragment(name: string, measuring: Measuring): Measured {
  const cached = measuring.measured.get(name);
  const fragment = measuring.fragments.get(name);
  // A fragment that spreads itself, or that does not exist, fails validation; here it must only not loop for ever.
  if (cached === null || fragment === undefined) return NOTHING;
  if (cached !== undefined) return cached;
  measuring.measured.set(name, null);
  const inside = measureSelections(fragment.selectionSet, fragment.typeCondition.name.value, measuring);
  const measured = { ...inside, directives: add(inside.directives, fragment.directives?.length ?? 0) };
  measuring.measured.set(name, measured);
  return measured;
}

function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
