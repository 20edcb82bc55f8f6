import {
  type FieldNode,
  type GraphQLObjectType,
  getNullableType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { TextRow } from '../../platform/database/page.ts';
import { type Compiling, compileFields, type Field, notCompiled } from './selection.ts';
import { type Write, writeObject, writerOf } from './write-json.ts';

/**
 * Compiles the selection of an entry: adds the columns that it needs, and makes what writes a row of them.
 * @param columnOf the name in the row of a column that a field names; undefined where the row has none
 * @throws notCompiled
 */
export function compileRow(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  compiling: Compiling,
  columnOf: (name: string) => string | undefined = (name) => name,
): Write<TextRow> {
  return writeObject(
    compileFields<TextRow>(type, nodes, compiling, (field, own) => {
      const { text } = field.extensions;
      if (text === undefined || 'property' in text) throw notCompiled;
      if ('column' in text) return compileColumn(field, text.map, indexOf(columnOf(text.column), compiling));
      const inner = getNullableType(field.type);
      if (!isObjectType(inner)) throw notCompiled;
      const { columns, nullWith } = text;
      const write = compileRow(inner, own, compiling, (name) =>
        Object.hasOwn(columns, name) ? columns[name] : undefined,
      );
      if (nullWith === undefined) return write;
      const decisive = indexOf(nullWith, compiling);
      return (row) => (row[decisive] == null ? 'null' : write(row));
    }),
  );
}

function compileColumn(
  { type }: Field,
  map: ((text: string) => string) | undefined,
  index: number,
): Write<TextRow> {
  const isNullable = !isNonNullType(type);
  const leaf = getNullableType(type);
  const writeValue = isLeafType(leaf) ? writerOf(leaf) : null;
  if (writeValue === null) throw notCompiled;
  const write = map === undefined ? writeValue : (text: string) => writeValue(map(text));
  return (row) => {
    const text = row[index];
    if (text != null) return write(text);
    if (isNullable) return 'null';
    throw new Error('A value is missing');
  };
}

/** Where the column stands in the row; it is added unless it is there. @throws notCompiled when the listing has no such column */
function indexOf(column: string | undefined, { columns, hasColumn }: Compiling): number {
  if (column === undefined || !hasColumn(column)) throw notCompiled;
  const before = columns.indexOf(column);
  return before >= 0 ? before : columns.push(column) - 1;
}
