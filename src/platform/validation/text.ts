import { z } from 'zod';
import { MAX_ISSUES } from './input-issue.ts';
import { isJsonObject, type Json } from './json.ts';

export const MAX_JSON_DEPTH = 32;

/** A non-empty string of at most `max` UTF-16 units that PostgreSQL can store and UTF-8 can carry. */
export function text(max: number) {
  return z
    .string('must be a string')
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max} characters`)
    .refine(isStorable, 'must not contain NUL characters or lone surrogates');
}

/** A JSON value with strings that PostgreSQL can store and at most 32 levels of nesting. */
export const json = z
  .custom<Json>((value) => value !== undefined, 'must be a JSON value')
  .refine((value) => depthWithin(value, MAX_JSON_DEPTH), {
    message: `must be nested at most ${MAX_JSON_DEPTH} deep`,
    abort: true,
  })
  .refine(everyStringStorable, 'must not contain NUL characters or lone surrogates');

/** A JSON value that `shape` accepts as well. It is not changed, because it is sent upstream as the client wrote it. */
export function jsonMatching(shape: z.ZodType) {
  return json.superRefine((value, context) => {
    for (const { path, ...issue } of shape.safeParse(value).error?.issues ?? []) {
      context.addIssue({ ...issue, path: [...path] });
    }
  });
}

/**
 * A list of at most `most` entries, which are not looked at when there are more. It stops at an entry when it has as many
 * issues as are told.
 */
export function listOf<T>(entry: z.ZodType<T>, most: number) {
  const compiled = z.compile(entry);
  return z
    .array(z.unknown())
    .max(most, `must be at most ${most}`)
    .transform((entries, context): T[] => {
      const values: T[] = [];
      for (const [index, one] of entries.entries()) {
        const parsed = compiled.safeParse(one);
        if (parsed.success) values.push(parsed.data);
        for (const { path, ...issue } of parsed.error?.issues ?? [])
          context.addIssue({ ...issue, path: [index, ...path] });
        if (context.issues.length > MAX_ISSUES) break;
      }
      return values;
    });
}

/** An object of at most `most` fields, which are not looked at when there are more. */
export function recordOf<T extends z.ZodType>(value: T, nameLength: number, most: number) {
  return z
    .custom<Record<string, unknown>>(
      (input) => !isJsonObject(input) || Object.keys(input).length <= most,
      `must have at most ${most} fields`,
    )
    .pipe(z.record(text(nameLength), value));
}

/** Whether `value` has at most `limit` levels of nesting. Stops at the limit, so that hostile depth costs nothing. */
export function depthWithin(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (limit === 0) return false;
  return Object.values(value).every((child) => depthWithin(child, limit - 1));
}

/** PostgreSQL has no NUL in text, and a lone surrogate has no UTF-8. */
export function isStorable(value: string): boolean {
  return value.isWellFormed() && !value.includes('\0');
}

function everyStringStorable(value: Json): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, child]) => isStorable(key) && everyStringStorable(child));
}
