import type { ExecutionResult } from 'graphql';

/** A result that was written as JSON instead of being made: `text` is all of it. It has no errors. */
export type WrittenResult = ExecutionResult & { readonly text: string };

/** The JSON of a result. */
export function jsonOf(result: ExecutionResult | WrittenResult): string {
  return 'text' in result ? result.text : JSON.stringify(result);
}
