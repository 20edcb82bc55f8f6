import { isJsonObject, type Json, type JsonObject } from '../platform/validation/json.ts';

// OpenAI's own examples break OpenAI's own schema (null where it says object), and a minted secret must not be lost
// because a field has a new kind of value. So every field is read by itself, and reading one never fails. Plain functions, because
// every mint reads an answer: by schemas of zod that took four times as long.

/** Reads a value; undefined when it is not there, or cannot be read. */
export type Read<T> = (value: Json | undefined) => T | undefined;

export const text: Read<string> = (value) => (typeof value === 'string' ? value : undefined);

/** A text that says something: an empty one names nothing. */
export const filled: Read<string> = (value) => text(value) || undefined;

/** JSON has numbers that are too large for JavaScript, and then infinite. */
export const number: Read<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

export const boolean: Read<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);

export const object: Read<JsonObject> = (value) => (isJsonObject(value) ? value : undefined);

/** Undefined when the field is not there; null when it is null or cannot be read. */
export function orNull<T>(value: Json | undefined, read: Read<T>): T | null | undefined {
  return value === undefined ? undefined : (read(value) ?? null);
}

/** Null when the field is not there, null or unreadable: for fields inside an object of a record. */
export function fieldOrNull<T>(value: Json | undefined, read: Read<T>): T | null {
  return read(value) ?? null;
}

/** Whether a field is not there, null, or can be read. */
export function isAbsentOr(value: Json | undefined, read: Read<unknown>): boolean {
  return value == null || read(value) !== undefined;
}

/** The key whose wire name this is in one of the tables. */
export function named<K extends string>(...tables: readonly Readonly<Record<K, string>>[]): Read<K> {
  const keys = new Map<unknown, K>();
  for (const table of tables) for (const key in table) keys.set(table[key], key);
  return (value) => keys.get(value);
}

/** The elements of an array of which each can be read. */
export function listOf<T>(element: Read<T>): Read<T[]> {
  return (values) => {
    const known = everyKnown(element)(values);
    return Array.isArray(values) && known?.length === values.length ? known : undefined;
  };
}

/** The elements of an array that can be read. */
export function everyKnown<T>(element: Read<T>): Read<T[]> {
  return (values) => (Array.isArray(values) ? values.flatMap((value) => element(value) ?? []) : undefined);
}
