import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  TypeNameMetaFieldDef,
} from 'graphql';
// Not part of the package's interface, but the one that executes: fields are merged and ordered as there.
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { writeBytes } from '../../graphql/json-bytes.ts';
import type { Write } from './write-json.ts';

/** What is gathered while the selection of a listing is compiled. */
export type Compiling = {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** The coerced values of the variables that @skip and @include name. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly hasColumn: (name: string) => boolean;
  /** The columns of a row, in their order. The first is the id. */
  readonly columns: string[];
  /** The selected properties of the connection. */
  readonly properties: Set<string>;
  /** The selected fields, whose conditions on the caller have to hold. */
  readonly fields: Set<Field>;
};

export type Field = GraphQLField<unknown, unknown>;

/** Thrown to stop compiling: the selection has something that must be executed. */
export const notCompiled = new Error('This selection is executed');

/**
 * The writers of a selected object's fields, by their keys and in the order of the answer.
 * @param compile makes the writer of a field. @throws notCompiled
 */
export function compileFields<Value>(
  type: GraphQLObjectType,
  parents: readonly FieldNode[],
  compiling: Compiling,
  compile: (field: Field, nodes: readonly FieldNode[]) => Write<Value>,
): Map<string, Write<Value>> {
  const { schema, fragments, variables } = compiling;
  const selected = collectSubfields(schema, fragments, variables, type, parents);
  const typename = Buffer.from(JSON.stringify(type.name));
  const writers = [...selected].map(([key, nodes]): [string, Write<Value>] => {
    const name = nodes[0]?.name.value ?? '';
    if (name === TypeNameMetaFieldDef.name) return [key, (json) => writeBytes(json, typename)];
    const field = type.getFields()[name];
    if (field === undefined) throw notCompiled;
    compiling.fields.add(field);
    return [key, compile(field, nodes)];
  });
  return new Map(writers);
}
