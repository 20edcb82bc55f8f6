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
  /** Fields inside fields. */
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields at the root, but for __typename. */
  readonly rootFields: number;
  /** Objects asked for, times the page sizes around them. */
  readonly cost: number;
};

type Variables = Readonly<Record<string, unknown>>;

/** What can be said of selections before the variables are known. */
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
  /** By fragment: each is measured once, however often it is spread. Null: being measured, so spread by itself. */
  readonly measured: Map<string, Measured | null>;
};

const NOTHING: Measured = { depth: 0, aliases: 0, directives: 0, rootFields: 0, cost: NO_COST };

/** Documents are cached, so what does not depend on the variables is measured once. */
const known = new WeakMap<OperationDefinitionNode, { schema: GraphQLSchema; measured: Measured }>();

/**
 * Measures an operation as it would be executed: with its fragments in place, whatever @skip and @include say.
 * Numbers stop growing at the largest safe integer. Null when the document has no such operation.
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
  const before = known.get(operation);
  if (before?.schema === schema) return before.measured;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === 'FragmentDefinition') fragments.set(node.name.value, node);
  const root = schema.getRootType(operation.operation)?.name;
  const measuring = { schema, operation, fragments, measured: new Map() };
  const selections = measureSelections(operation.selectionSet, root, measuring);
  const ofVariables = operation.variableDefinitions?.flatMap(({ directives }) => directives ?? []) ?? [];
  const own = (operation.directives?.length ?? 0) + ofVariables.length;
  const measured = { ...selections, directives: add(selections.directives, own) };
  known.set(operation, { schema, measured });
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
  const before = measuring.measured.get(name);
  const fragment = measuring.fragments.get(name);
  // Neither passes validation; they only must not be followed for ever.
  if (before === null || fragment === undefined) return NOTHING;
  if (before !== undefined) return before;
  measuring.measured.set(name, null);
  const inside = measureSelections(fragment.selectionSet, fragment.typeCondition.name.value, measuring);
  const measured = { ...inside, directives: add(inside.directives, fragment.directives?.length ?? 0) };
  measuring.measured.set(name, measured);
  return measured;
}

function add(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
