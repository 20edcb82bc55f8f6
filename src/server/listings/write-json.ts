import {
  type GraphQLEnumType,
  type GraphQLLeafType,
  type GraphQLScalarType,
  isEnumType,
  specifiedScalarTypes,
} from 'graphql';
import {
  type JsonBytes,
  type WriteBytes,
  writeBytes,
  writeNumber,
  writeString,
  writeText,
} from '../../graphql/json-bytes.ts';

/** Writes a value. @throws when the value is not as expected, and the field must be executed */
export type Write<Value> = (json: JsonBytes, value: Value) => void;

const COMMA = Buffer.from(',');
const [BEGIN_OBJECT, END_OBJECT] = [Buffer.from('{'), Buffer.from('}')];
const [BEGIN_LIST, END_LIST] = [Buffer.from('['), Buffer.from(']')];
const [TRUE, FALSE] = [Buffer.from('true'), Buffer.from('false')];
export const NULL = Buffer.from('null');

/** Writes an object by its keys, in their order. */
export function writeObject<Value>(fields: ReadonlyMap<string, Write<Value>>): Write<Value> {
  const parts = [...fields].map(([key, write], index) => ({
    before: Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(key)}:`),
    write,
  }));
  return (json, value) => {
    if (parts.length === 0) writeBytes(json, BEGIN_OBJECT);
    for (const { before, write } of parts) {
      writeBytes(json, before);
      write(json, value);
    }
    writeBytes(json, END_OBJECT);
  };
}

export function writeList<Value>(
  json: JsonBytes,
  values: readonly Value[],
  write: (value: Value) => void,
): void {
  writeBytes(json, BEGIN_LIST);
  for (const [index, value] of values.entries()) {
    if (index > 0) writeBytes(json, COMMA);
    write(value);
  }
  writeBytes(json, END_LIST);
}

/** Writes what is no text of PostgreSQL's. */
export function writeValue(json: JsonBytes, value: unknown): void {
  writeString(json, JSON.stringify(value));
}

/** Writes what PostgreSQL wrote of a value of that type; null where it is not known how. */
export function writerOf(type: GraphQLLeafType): WriteBytes | null {
  if (isEnumType(type)) return enumWriter(type);
  return type.extensions.writeBytes ?? SPECIFIED.get(type) ?? null;
}

const SPECIFIED: ReadonlyMap<GraphQLScalarType, WriteBytes> = new Map(
  specifiedScalarTypes.map((type) => [type, writerOfSpecified(type.name)]),
);

const T = 't'.charCodeAt(0);

function writerOfSpecified(name: string): WriteBytes {
  switch (name) {
    case 'Int':
    case 'Float':
      return writeNumber;
    case 'Boolean':
      return (json, from, start) => writeBytes(json, from[start] === T ? TRUE : FALSE);
    default:
      return writeText;
  }
}

function enumWriter(type: GraphQLEnumType): WriteBytes {
  const values = type.getValues().map(({ name, value }) => ({
    text: Buffer.from(String(value)),
    written: Buffer.from(JSON.stringify(name)),
  }));
  return (json, from, start, end) => {
    const found = values.find(({ text }) => isSame(text, from, start, end));
    if (found === undefined) throw new Error(`A value is not one of ${type.name}`);
    writeBytes(json, found.written);
  };
}

function isSame(text: Buffer, from: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = start; at < end; at += 1) if (from[at] !== text[at - start]) return false;
  return true;
}
