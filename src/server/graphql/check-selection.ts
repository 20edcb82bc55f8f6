import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  GraphQLIncludeDirective,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isObjectType,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Actor } from '../../authorization/actor.ts';
import { lackingForField } from '../../graphql/authorization.ts';
import { checkPageSizes } from '../../graphql/connection.ts';
import type { Context } from '../../graphql/context.ts';
import { BadInputError, ForbiddenError } from '../../graphql/errors.ts';

type Args = ExecutionArgs & { readonly contextValue: Context };

type Walk = {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly actor: Actor;
  /** By coordinate: the error of each field that cannot be answered. */
  readonly refused: Map<string, GraphQLError>;
  /** Fragments are walked once, however often they are spread. */
  readonly walked: Set<string>;
};

/**
 * The fields in the result of a mutation that the caller may not use, or asks for too large a page of. They are refused
 * before the mutation is executed: clients throw an answer away when an error is beside its data, and a secret is in one
 * answer only. Every member of the result is looked at, because which of them comes is not known before. Whether the
 * caller may use the mutation itself is decided when it is executed.
 */
export function checkSelection(args: Args): GraphQLError[] {
  const { schema, document, operationName, variableValues, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  const root = schema.getMutationType();
  if (operation?.operation !== 'mutation' || root == null) return [];
  const { actor } = contextValue;
  if (fieldsOf(schema, document).every((field) => isUsable(field, actor))) return [];
  const { coerced, errors } = getVariableValues(
    schema,
    operation.variableDefinitions ?? [],
    variableValues ?? {},
  );
  if (errors !== undefined) return [...errors];
  const walk: Walk = {
    schema,
    fragments: new Map(
      document.definitions.flatMap((node) =>
        node.kind === 'FragmentDefinition' ? [[node.name.value, node] as const] : [],
      ),
    ),
    variables: coerced,
    actor,
    refused: new Map(),
    walked: new Set(),
  };
  walkSelections(operation.selectionSet, root, walk);
  const refused = [...walk.refused.values()];
  return [...walk.refused.keys()].some((coordinate) => coordinate.startsWith(`${root.name}.`)) ? [] : refused;
}

type Field = GraphQLField<unknown, unknown>;

/** Documents are cached, so the fields of each are looked for once. */
const fields = new WeakMap<DocumentNode, readonly Field[]>();

/** All fields that a document mentions, whatever its variables leave out. */
function fieldsOf(schema: GraphQLSchema, document: DocumentNode): readonly Field[] {
  const cached = fields.get(document);
  if (cached !== undefined) return cached;
  const found = new Set<Field>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(node) {
        const parent = types.getParentType();
        for (const type of parent == null ? [] : objectTypesOf(parent, schema)) {
          const field = type.getFields()[node.name.value];
          if (field !== undefined) found.add(field);
        }
      },
    }),
  );
  const all = [...found];
  fields.set(document, all);
  return all;
}

/** Whether the caller may use a field, whatever its arguments: one with pages is not known to be. */
function isUsable(field: Field, actor: Actor): boolean {
  const { cost } = field.extensions;
  return (cost === undefined || !('page' in cost)) && lackingForField(actor, field) === null;
}

function walkSelections({ selections }: SelectionSetNode, parent: GraphQLNamedType, walk: Walk): void {
  for (const node of selections) {
    if (!isIncluded(node, walk)) continue;
    switch (node.kind) {
      case 'Field':
        for (const type of objectTypesOf(parent, walk.schema)) walkField(node, type, walk);
        break;
      case 'InlineFragment':
        walkSelections(node.selectionSet, typeNamed(node.typeCondition?.name.value, walk) ?? parent, walk);
        break;
      case 'FragmentSpread':
        walkFragment(node.name.value, walk);
        break;
      default:
        node satisfies never;
    }
  }
}

function walkField(node: FieldNode, parent: GraphQLObjectType, walk: Walk): void {
  const field = parent.getFields()[node.name.value];
  if (field === undefined) return;
  const coordinate = `${parent.name}.${field.name}`;
  const lacking = lackingForField(walk.actor, field);
  const originalError =
    lacking === null ? pageSizeError(node, field, walk) : new ForbiddenError(coordinate, lacking);
  if (originalError !== null)
    walk.refused.set(coordinate, new GraphQLError(originalError.message, { nodes: node, originalError }));
  else if (node.selectionSet !== undefined) walkSelections(node.selectionSet, getNamedType(field.type), walk);
}

function pageSizeError(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  { variables }: Walk,
): Error | null {
  const { cost } = field.extensions;
  if (cost === undefined || !('page' in cost)) return null;
  try {
    checkPageSizes(getArgumentValues(field, node, variables), cost.page);
    return null;
  } catch (error) {
    if (error instanceof BadInputError) return error;
    throw error;
  }
}

function walkFragment(name: string, walk: Walk): void {
  const fragment = walk.fragments.get(name);
  const type = typeNamed(fragment?.typeCondition.name.value, walk);
  if (fragment === undefined || type === undefined || walk.walked.has(name)) return;
  walk.walked.add(name);
  walkSelections(fragment.selectionSet, type, walk);
}

function isIncluded(node: SelectionNode, { variables }: Walk): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
  const include = getDirectiveValues(GraphQLIncludeDirective, node, variables);
  return skip?.['if'] !== true && include?.['if'] !== false;
}

/** The types whose field it may be: of an interface's field, all that implement it. */
function objectTypesOf(type: GraphQLNamedType, schema: GraphQLSchema): readonly GraphQLObjectType[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type);
  return isObjectType(type) ? [type] : [];
}

function typeNamed(name: string | undefined, { schema }: Walk): GraphQLNamedType | undefined {
  return name === undefined ? undefined : schema.getType(name);
}
