import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import { type CompiledQuery, compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from '../../graphql/context.ts';
import { createExecuteListing, type ExecuteListing } from '../listings/execute-listing.ts';
import { variablesInside } from './input-path.ts';
import type { WrittenResult } from './written-result.ts';

type Args = Omit<ExecutionArgs, 'contextValue'> & { readonly contextValue?: Context };
type Result = ExecutionResult | WrittenResult;
type Compiled = {
  readonly run: CompiledQuery['query'];
  /** The variables that stand inside an object or list. Where one is left out, graphql-jit puts null. */
  readonly inside: readonly string[];
};
/** An operation of a document, and what was made of it so far. */
type Operation = {
  times: number;
  /** Null: it asks for no listing. */
  listing?: ExecuteListing | null;
  compiled?: Compiled | 'cannot be compiled';
};

export type CompileOptions = {
  /** The how manieth request for a listing is answered without being executed, and those after it. */
  readonly listingsFrom?: number;
};

export type ExecuteQuery = {
  /** Executes an operation that is valid and within its limits. */
  readonly execute: (args: Args) => Result | Promise<Result>;
  /** Whether this operation was executed before: then its document is valid. */
  readonly wasExecuted: (request: Pick<Args, 'document' | 'operationName'>) => boolean;
};

/**
 * Executes queries and mutations. A query that comes again is compiled: to a writer if it asks for a listing (server/listings), otherwise to
 * a function, which takes a third of the time. Compiling that takes a millisecond, so a query that comes once is
 * interpreted. A mutation is never a writer, and a function only where no variable stands inside an object: graphql-jit ignores
 * @oneOf, which checkVariables holds variables to, and validation what is written in the document.
 */
export function createExecuteQuery({ listingsFrom = 2 }: CompileOptions = {}): ExecuteQuery {
  // Documents are cached by their text, and a compiled query lives as long as its document.
  const documents = new WeakMap<DocumentNode, Map<string, Operation>>();

  return {
    execute(args) {
      const operation = operationOf(args);
      operation.times += 1;
      const { contextValue } = args;
      if (operation.times < listingsFrom || contextValue === undefined) return executeOrRun(args, operation);
      if (operation.listing === undefined) operation.listing = createExecuteListing(args);
      const answer = operation.listing?.(args.variableValues ?? {}, contextValue) ?? null;
      if (answer === null) return executeOrRun(args, operation);
      return answer.then((result) => result ?? executeOrRun(args, operation));
    },
    wasExecuted: ({ document, operationName }) => documents.get(document)?.has(operationName ?? '') ?? false,
  };

  function operationOf({ document, operationName }: Args): Operation {
    const operations = documents.get(document) ?? new Map<string, Operation>();
    documents.set(document, operations);
    const name = operationName ?? '';
    const operation = operations.get(name) ?? begin(document, operationName);
    operations.set(name, operation);
    return operation;
  }
}

function begin(document: DocumentNode, name: string | null | undefined): Operation {
  return isMutation(document, name) ? { times: 0, listing: null } : { times: 0 };
}

function isMutation(document: DocumentNode, name: string | null | undefined): boolean {
  return getOperationAST(document, name)?.operation === 'mutation';
}

function executeOrRun(args: Args, operation: Operation): ExecutionResult | Promise<ExecutionResult> {
  if (operation.times > 1)
    operation.compiled ??= compile(args.schema, args.document, args.operationName ?? '');
  const { compiled } = operation;
  const values = args.variableValues ?? {};
  return typeof compiled === 'object' && compiled.inside.every((name) => Object.hasOwn(values, name))
    ? compiled.run(args.rootValue, args.contextValue, values)
    : execute(args);
}

function compile(
  schema: GraphQLSchema,
  document: DocumentNode,
  name: string,
): Compiled | 'cannot be compiled' {
  const inside = variablesInside(schema, document);
  if (inside.size > 0 && isMutation(document, name === '' ? undefined : name)) return 'cannot be compiled';
  const query = compileQuery(schema, document, name === '' ? undefined : name, {
    // presentError makes new errors, and nobody reads the stacks of these.
    disablingCapturingStackErrors: true,
  });
  const definitions = getOperationAST(document, name === '' ? undefined : name)?.variableDefinitions ?? [];
  const own = definitions.map(({ variable }) => variable.name.value);
  return isCompiledQuery(query)
    ? { run: query.query, inside: own.filter((variable) => inside.has(variable)) }
    : 'cannot be compiled';
}
