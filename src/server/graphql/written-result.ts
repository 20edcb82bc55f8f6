import type { ExecutionResult } from 'graphql';

/** A result that was written as JSON in UTF-8 instead of being made: all of it. It has no errors. */
export type WrittenResult = ExecutionResult & { readonly json: Buffer };

/** The JSON of a result. */
export function jsonOf(result: ExecutionResult | WrittenResult): string | Buffer {
  return 'json' in result ? result.json : JSON.stringify(result);
}
