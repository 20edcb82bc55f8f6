import {
  type ExecutionArgs,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { declaresConditions } from '../../graphql/authorization.ts';
import type { DeclaredListing, SelectedTexts, TextConnection } from '../../graphql/declared-text.ts';
import type { JsonBytes } from '../../graphql/json-bytes.ts';
import { createPositions, locateTexts, type TextRow } from '../../platform/database/text-row.ts';
import { compileArguments } from './compile-arguments.ts';
import { compileRow, type RowTexts } from './compile-row.ts';
import { type Compiling, compileFields, type Field, notCompiled } from './selection.ts';
import { type Write, writeList, writeObject, writeValue } from './write-json.ts';

type PageInfo = TextConnection['pageInfo'];
type Edge = Pick<TextConnection, 'cursorOf'> & { readonly row: TextRow; readonly texts: RowTexts };

/** A query that asks for one listing, compiled. */
export type CompiledListing = {
  /** Its field in the query, the first node of it, and its key in the answer. */
  readonly field: Field;
  readonly node: FieldNode;
  readonly key: string;
  readonly listing: DeclaredListing;
  readonly argumentsOf: ReturnType<typeof compileArguments>;
  readonly selected: SelectedTexts;
  /** The selected fields that not everybody may read. */
  readonly fields: readonly Field[];
  /** Writes the data of the answer. */
  readonly write: Write<TextConnection>;
};

/**
 * Compiles a query with these values of the variables that @skip and @include name.
 * @returns null when it must be executed
 */
export function compileListing(
  { schema, document }: Pick<ExecutionArgs, 'schema' | 'document'>,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): CompiledListing | null {
  const root = schema.getQueryType();
  if (root == null) return null;
  const fragments: Record<string, FragmentDefinitionNode> = {};
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  const compiling: Compiling = {
    schema,
    fragments,
    variables,
    hasColumn: () => false,
    columns: ['id'],
    properties: new Set(),
    fields: new Set(),
  };
  const found: Pick<CompiledListing, 'field' | 'node' | 'listing'>[] = [];
  try {
    // The operation is like a field whose selection is the query's.
    const asField: FieldNode = {
      kind: Kind.FIELD,
      name: { kind: Kind.NAME, value: '' },
      selectionSet: operation.selectionSet,
    };
    const fields = compileFields<TextConnection>(root, [asField], compiling, (field, nodes) => {
      const { listing } = field.extensions;
      const type = getNamedType(field.type);
      // Then an error of it is all that is answered.
      const [node] = nodes;
      if (listing === undefined || node === undefined || !isObjectType(type)) throw notCompiled;
      if (found.length > 0 || !isNonNullType(field.type)) throw notCompiled;
      found.push({ field, node, listing });
      return compileConnection(type, nodes, { ...compiling, hasColumn: listing.hasColumn });
    });
    const [only] = found;
    if (only === undefined) return null;
    const selected = { columns: compiling.columns.slice(1), properties: compiling.properties };
    const key = only.node.alias?.value ?? only.field.name;
    const conditional = [...compiling.fields].filter(declaresConditions);
    const argumentsOf = compileArguments(only.field, only.node);
    return { ...only, key, argumentsOf, selected, fields: conditional, write: writeObject(fields) };
  } catch (error) {
    if (error === notCompiled) return null;
    throw error;
  }
}

/** Relay's connections have these fields; others say how they are read. */
function compileConnection(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  compiling: Compiling,
): Write<TextConnection> {
  return writeObject(
    compileFields<TextConnection>(type, nodes, compiling, (field, own) => {
      const { text } = field.extensions;
      const inner = getNamedType(field.type);
      if (text !== undefined && 'property' in text && isLeafType(inner)) {
        compiling.properties.add(text.property);
        return (json, connection) => writeValue(json, Reflect.get(connection, text.property));
      }
      if (!isObjectType(inner)) throw notCompiled;
      switch (field.name) {
        case 'edges': {
          const write = compileEdge(inner, own, compiling);
          return (json, { rows, cursorOf }) =>
            writeRows(json, rows, compiling, (row, texts) => write(json, { row, texts, cursorOf }));
        }
        case 'nodes': {
          const write = compileRow(inner, own, compiling);
          return (json, { rows }) => writeRows(json, rows, compiling, (_row, texts) => write(json, texts));
        }
        case 'pageInfo': {
          const write = compilePageInfo(inner, own, compiling);
          return (json, { pageInfo }) => write(json, pageInfo);
        }
        default:
          throw notCompiled;
      }
    }),
  );
}

/** Writes a list of rows; the texts of one are located at a time. */
function writeRows(
  json: JsonBytes,
  rows: readonly TextRow[],
  { columns }: Compiling,
  write: (row: TextRow, texts: RowTexts) => void,
): void {
  const positions = createPositions(columns.length);
  writeList(json, rows, (row) => {
    locateTexts(row, positions);
    write(row, { bytes: row.bytes, positions });
  });
}

function compileEdge(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  compiling: Compiling,
): Write<Edge> {
  return writeObject(
    compileFields<Edge>(type, nodes, compiling, (field, own) => {
      const inner = getNamedType(field.type);
      if (field.name === 'cursor') return (json, { row, cursorOf }) => writeValue(json, cursorOf(row));
      if (field.name !== 'node' || !isObjectType(inner)) throw notCompiled;
      const write = compileRow(inner, own, compiling);
      return (json, { texts }) => write(json, texts);
    }),
  );
}

function compilePageInfo(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  compiling: Compiling,
): Write<PageInfo> {
  return writeObject(
    compileFields<PageInfo>(type, nodes, compiling, ({ name }) => {
      switch (name) {
        case 'hasNextPage':
        case 'hasPreviousPage':
        case 'startCursor':
        case 'endCursor':
          return (json, pageInfo) => writeValue(json, pageInfo[name]);
        default:
          throw notCompiled;
      }
    }),
  );
}
