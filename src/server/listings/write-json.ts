import {
  type GraphQLEnumType,
  type GraphQLLeafType,
  type GraphQLScalarType,
  isEnumType,
  specifiedScalarTypes,
} from 'graphql';
import { writeNumber } from '../../graphql/declared-text.ts';

/** Writes a value as JSON. @throws when the value is not as expected, and the field must be executed */
export type Write<Value> = (value: Value) => string;

/** Writes an object by its keys, in their order. */
export function writeObject<Value>(fields: ReadonlyMap<string, Write<Value>>): Write<Value> {
  const parts = [...fields].map(([key, write], index) => ({
    before: `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`,
    write,
  }));
  if (parts.length === 0) return () => '{}';
  return (value) => {
    let text = '';
    for (const { before, write } of parts) text += before + write(value);
    return `${text}}`;
  };
}

export function writeList<Value>(values: readonly Value[], write: Write<Value>): string {
  let text = '[';
  for (const value of values) text += text === '[' ? write(value) : `,${write(value)}`;
  return `${text}]`;
}

/** Writes what PostgreSQL wrote of a value of that type; null where it is not known how. */
export function writerOf(type: GraphQLLeafType): Write<string> | null {
  if (isEnumType(type)) return enumWriter(type);
  return type.extensions.writeText ?? SPECIFIED.get(type) ?? null;
}

const SPECIFIED: ReadonlyMap<GraphQLScalarType, Write<string>> = new Map(
  specifiedScalarTypes.map((type) => [type, writerOfSpecified(type.name)]),
);

function writerOfSpecified(name: string): Write<string> {
  switch (name) {
    case 'Int':
    case 'Float':
      return writeNumber;
    case 'Boolean':
      return (text) => (text === 't' ? 'true' : 'false');
    default:
      return writeText;
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const FIRST_PRINTABLE = 32;
const FIRST_SURROGATE = 0xd800;
const SHORT = 64;

/** The same as JSON.stringify. Most texts are short and need no escapes, which is seen sooner than JSON.stringify is called. */
export function writeText(text: string): string {
  if (text.length > SHORT) return JSON.stringify(text);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < FIRST_PRINTABLE || code === QUOTE || code === BACKSLASH || code >= FIRST_SURROGATE)
      return JSON.stringify(text);
  }
  return `"${text}"`;
}

function enumWriter(type: GraphQLEnumType): Write<string> {
  const written = new Map<unknown, string>(
    type.getValues().map(({ name, value }) => [value, JSON.stringify(name)]),
  );
  return (text) => {
    const name = written.get(text);
    if (name === undefined) throw new Error(`A value is not one of ${type.name}`);
    return name;
  };
}
