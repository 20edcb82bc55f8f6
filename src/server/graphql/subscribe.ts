import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute } from 'graphql';
import type { Context } from '../../graphql/context.ts';

type Args = ExecutionArgs & { readonly contextValue: Context };

/**
 * Subscribes as graphql-js does, but for the context: each event is executed with a reader of its own. What a reader
 * remembers of the ledger is good for one answer, and a stream may last for days.
 */
export async function subscribe(args: Args): Promise<ExecutionResult | AsyncGenerator<ExecutionResult>> {
  const source = await createSourceEventStream(args);
  return Symbol.asyncIterator in source ? results(source, args) : source;
}

async function* results(source: AsyncIterable<unknown>, args: Args): AsyncGenerator<ExecutionResult> {
  for await (const rootValue of source) {
    const contextValue = { ...args.contextValue, reader: args.contextValue.createReader() };
    yield await execute({ ...args, rootValue, contextValue });
  }
}
