import type { z } from 'zod';

/** One thing wrong with an input: where (field names and list positions) and what, never the value itself. */
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
