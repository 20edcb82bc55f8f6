import { z } from 'zod';
import { isJsonObject } from '../platform/validation/json.ts';

// OpenAI's own examples break OpenAI's own schema (facts: null where it says object), and a minted secret must
// not be lost to a field that grew. So every field is read by itself, and reading one never fails.

/** Undefined when not mentioned; null when answered as null or as something that we cannot read. */
export function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullable().catch(null).optional();
}

/** Undefined when not mentioned, null or unreadable: for fields that are never null in a record. */
export function orAbsent<T extends z.ZodType>(schema: T) {
  return schema.optional().catch(undefined);
}

/** A nested object; as good as empty when it is missing or something else. */
export function section<S extends z.ZodRawShape>(shape: S) {
  return z.preprocess((value) => (isJsonObject(value) ? value : {}), z.object(shape));
}

/** The key in `table` whose wire name this is. */
export function named<K extends string>(table: Readonly<Record<K, string>>) {
  const keys = new Map<unknown, K>();
  for (const key in table) keys.set(table[key], key);
  return z.unknown().transform((value, context): K => {
    const key = keys.get(value);
    if (key !== undefined) return key;
    context.addIssue('unknown name');
    return z.NEVER;
  });
}

/** Those elements of an array that can be read. */
export function everyKnown<T extends z.ZodType>(element: T) {
  return z.array(z.unknown()).transform((values) =>
    values.flatMap((value) => {
      const read = element.safeParse(value);
      return read.success ? [read.data] : [];
    }),
  );
}

/** Like orNull, for the inside of an object: what is not mentioned there reads as null too. */
export function known<T extends z.ZodType>(schema: T) {
  return schema
    .nullable()
    .catch(null)
    .nullish()
    .transform((value) => value ?? null);
}
