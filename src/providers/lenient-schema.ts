import { z } from 'zod';

// OpenAI's own examples break OpenAI's own schema (null where it says object), and a minted secret must not be lost
// because a field has a new kind of value. So every field is read by itself, and reading one never fails.

/** A text that says something: an empty one names nothing. */
export const filled = z.string().min(1);

/** Undefined when the field is not there; null when it is null or cannot be read. */
export function orNull<T extends z.ZodType>(schema: T) {
  return schema.nullable().catch(null).optional();
}

/** Undefined when the field is not there, null or unreadable: for fields that are never null in a record. */
export function orAbsent<T extends z.ZodType>(schema: T) {
  return schema.optional().catch(undefined);
}

/** The key whose wire name this is in one of the tables. */
export function named<K extends string>(...tables: readonly Readonly<Record<K, string>>[]) {
  const keys = new Map<unknown, K>();
  for (const table of tables) for (const key in table) keys.set(table[key], key);
  return z.unknown().transform((value, context): K => {
    const key = keys.get(value);
    if (key !== undefined) return key;
    context.addIssue('unknown name');
    return z.NEVER;
  });
}

/** The elements of an array that can be read. */
export function everyKnown<T extends z.ZodType>(element: T) {
  return z.array(z.unknown()).transform((values) =>
    values.flatMap((value) => {
      const read = element.safeParse(value);
      return read.success ? [read.data] : [];
    }),
  );
}

/** Null when the field is not there, null or unreadable: for fields inside an object of a record. */
export function fieldOrNull<T extends z.ZodType>(schema: T) {
  return schema
    .nullable()
    .catch(null)
    .nullish()
    .transform((value) => value ?? null);
}
