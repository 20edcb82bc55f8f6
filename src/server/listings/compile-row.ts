import {
  type FieldNode,
  type GraphQLObjectType,
  getNullableType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { type WriteBytes, writeBytes } from '../../graphql/json-bytes.ts';
import { NO_END, type TextPositions } from '../../platform/database/text-row.ts';
import { type Compiling, compileFields, type Field, notCompiled } from './selection.ts';
import { NULL, type Write, writeObject, writerOf } from './write-json.ts';

/** The texts of a row: the bytes of all, and where each of them is. */
export type RowTexts = { bytes: Buffer; readonly positions: TextPositions };

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
): Write<RowTexts> {
  return writeObject(
    compileFields<RowTexts>(type, nodes, compiling, (field, own) => {
      const { text } = field.extensions;
      if (text === undefined || 'property' in text) throw notCompiled;
      if ('column' in text)
        return compileColumn(field, text.write ?? null, indexOf(columnOf(text.column), compiling));
      const inner = getNullableType(field.type);
      if (!isObjectType(inner)) throw notCompiled;
      const { columns, nullWith } = text;
      const write = compileRow(inner, own, compiling, (name) =>
        Object.hasOwn(columns, name) ? columns[name] : undefined,
      );
      if (nullWith === undefined) return write;
      const decisive = indexOf(nullWith, compiling);
      return (json, row) => {
        if (row.positions.ends[decisive] === NO_END) writeBytes(json, NULL);
        else write(json, row);
      };
    }),
  );
}

function compileColumn({ type }: Field, own: WriteBytes | null, index: number): Write<RowTexts> {
  const isNullable = !isNonNullType(type);
  const leaf = getNullableType(type);
  if (!isLeafType(leaf)) throw notCompiled;
  const write = own ?? writerOf(leaf);
  if (write === null) throw notCompiled;
  return (json, { bytes, positions: { starts, ends } }) => {
    const end = ends[index] ?? NO_END;
    if (end !== NO_END) write(json, bytes, starts[index] ?? end, end);
    else if (isNullable) writeBytes(json, NULL);
    else throw new Error('A value is missing');
  };
}

/** Where the column stands in the row; it is added unless it is there. @throws notCompiled when the listing has no such column */
function indexOf(column: string | undefined, { columns, hasColumn }: Compiling): number {
  if (column === undefined || !hasColumn(column)) throw notCompiled;
  const before = columns.indexOf(column);
  return before >= 0 ? before : columns.push(column) - 1;
}
