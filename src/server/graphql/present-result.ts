import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { type ErrorHttp, presentError } from './present-error.ts';
import { recordDenials } from './record-denials.ts';

export type PresentedResult = {
  readonly result: ExecutionResult;
  /** The status and headers that each of its errors gives to the answer. */
  readonly http: readonly ErrorHttp[];
};

/** Called with every error that the caller did not cause. */
export type OnUnexpected = (error: Error, context: Context) => void;

/** Presents the errors of a result in the form of the contract, and records those that were forbidden. */
export async function presentResult(
  result: ExecutionResult,
  context: Context,
  onUnexpected: OnUnexpected,
): Promise<PresentedResult> {
  if (!result.errors?.length) return { result, http: [] };
  const { origin, log } = context;
  const { errors: _, ...rest } = result;
  const hasData = result.data != null;
  const errors = await recordDenials(result.errors, context);
  const presented = errors.map((error) => presentError(error, { requestId: origin.requestId, hasData }));
  for (const { unexpected } of presented) if (unexpected !== null) onUnexpected(unexpected, context);
  // The result of a mutation, if it is noted already, says more than an error in a part of the answer.
  if (log.outcome === 'OK') log.outcome = presented[0]?.code ?? log.outcome;
  return {
    // Always in this order: compiled queries would otherwise differ in their bytes, and show that somebody asked before.
    result: { errors: presented.map(({ shown }) => shown), ...rest },
    http: presented.flatMap(({ http }) => http ?? []),
  };
}

/** A result with the error that was thrown in place of one. */
export function resultOf(thrown: unknown): ExecutionResult {
  if (thrown instanceof GraphQLError) return { errors: [thrown] };
  const originalError = thrown instanceof Error ? thrown : new Error('Not an error', { cause: thrown });
  return { errors: [new GraphQLError(originalError.message, { originalError })] };
}
