import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;
type Operations = Map<string, 'executed once' | 'cannot be compiled' | CompiledQuery>;

/**
 * Executes queries: those that come again as functions they are compiled to, which takes a third of the time.
 * Compiling takes a millisecond, so what comes once is executed as it is. Not for mutations: graphql-jit does not look
 * at @oneOf.
 */
export function createExecuteQuery(): Execute {
  // Goes with its document, which is cached by its text.
  const known = new WeakMap<DocumentNode, Operations>();

  return (args) => {
    const query = compiledOf(args);
    return query === null
      ? execute(args)
      : query.query(args.rootValue, args.contextValue, args.variableValues);
  };

  function compiledOf({ schema, document, operationName }: ExecutionArgs): CompiledQuery | null {
    const operations: Operations = known.get(document) ?? new Map();
    known.set(document, operations);
    const name = operationName ?? '';
    const before = operations.get(name);
    if (before === undefined) operations.set(name, 'executed once');
    if (before === 'executed once') operations.set(name, compile(schema, document, name));
    const now = operations.get(name);
    return typeof now === 'object' ? now : null;
  }
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string,
): CompiledQuery | 'cannot be compiled' {
  const compiled = compileQuery(schema, document, name === '' ? undefined : name, {
    // Errors are presented anew, and none of ours is looked for by its stack.
    disablingCapturingStackErrors: true,
  });
  return isCompiledQuery(compiled) ? compiled : 'cannot be compiled';
}
