import type { z } from 'zod';

/** One problem of an input: where it is (field names and list positions) and what it is, never the value itself. */
export type InputIssue = { readonly path: readonly string[]; readonly message: string };

/** Zod's issues in our shape. An unknown key is reported at its own path, so that the caller sees which one. */
export function toInputIssues(error: z.ZodError): InputIssue[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a known field' }));
    }
    return [{ path, message: issue.message }];
  });
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
