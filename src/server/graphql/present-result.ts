import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { type ErrorHttp, presentError } from './present-error.ts';
import { recordDenials } from './record-denials.ts';

export type PresentedResult = {
  readonly result: ExecutionResult;
  /** What each of its errors has to say of the answer's status and headers. */
  readonly http: readonly ErrorHttp[];
};

/** Told of every error that is not the caller's doing. */
export type OnUnexpected = (error: Error, context: Context) => void;

/** Turns what execution came to into what may leave: every error in the contract's form, what was forbidden recorded. */
export async function presentResult(
  result: ExecutionResult,
  context: Context,
  onUnexpected: OnUnexpected,
): Promise<PresentedResult> {
  if (!result.errors?.length) return { result, http: [] };
  const { origin, log } = context;
  const { errors: _, ...rest } = result;
  const answered = result.data != null;
  const errors = await recordDenials(result.errors, context);
  const presented = errors.map((error) => presentError(error, { requestId: origin.requestId, answered }));
  for (const { unexpected } of presented) if (unexpected !== null) onUnexpected(unexpected, context);
  // What a mutation came to says more than what was missing from its answer.
  if (log.outcome === 'OK') log.outcome = presented[0]?.code ?? log.outcome;
  return {
    // In one order, whatever executed it: bytes that differ would tell who was here before.
    result: { errors: presented.map(({ shown }) => shown), ...rest },
    http: presented.flatMap(({ http }) => http ?? []),
  };
}

/** What was thrown instead of a result, as one. */
export function resultOf(thrown: unknown): ExecutionResult {
  if (thrown instanceof GraphQLError) return { errors: [thrown] };
  const originalError = thrown instanceof Error ? thrown : new Error('Not an error', { cause: thrown });
  return { errors: [new GraphQLError(originalError.message, { originalError })] };
}
