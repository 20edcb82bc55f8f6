import type { z } from 'zod';

/** How many problems of an input are told. */
export const MAX_ISSUES = 20;
/** How many characters of an unknown name are repeated: a client chose it. */
export const MAX_NAME_LENGTH = 64;

/** One problem of an input: where it is (field names and list positions) and what it is, never the value itself. */
export type InputIssue = { readonly path: readonly string[]; readonly message: string };

/**
 * Zod's issues in our shape; one more than MAX_ISSUES when there are more. An unknown key is reported at its own path, so
 * that the caller sees which one.
 */
export function toInputIssues(error: z.ZodError): InputIssue[] {
  return error.issues
    .slice(0, MAX_ISSUES + 1)
    .flatMap((issue) => {
      const path = issue.path.map(String).map(shortened);
      if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
      const keys = issue.keys.slice(0, MAX_ISSUES + 1);
      return keys.map((key) => ({ path: [...path, shortened(key)], message: 'is not a known field' }));
    })
    .slice(0, MAX_ISSUES + 1);
}

/** A name may be as long as the whole request. */
function shortened(name: string): string {
  return name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH).toWellFormed()}…`;
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly InputIssue[] };

/** Parses `input`, which is found at `path`: the issues' paths begin with it. */
export function parse<T>(schema: z.ZodType<T>, input: unknown, path: readonly string[]): Parsed<T> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return {
    ok: false,
    issues: toInputIssues(parsed.error).map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
  };
}
