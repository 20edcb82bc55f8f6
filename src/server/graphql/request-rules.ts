import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.ts';
import { checkLimits, type OperationLimits } from './check-limits.ts';
import { checkVariables } from './check-variables.ts';
import { createExecuteQuery } from './compiled-queries.ts';
import { createParseDocument } from './parse-document.ts';
import { subscribe } from './subscribe.ts';
import { withoutInput } from './validation-messages.ts';

export type RequestRules = {
  readonly introspection: boolean;
  readonly limits: OperationLimits;
};

/**
 * What happens to every request before it is executed: bounds on the document, and messages that repeat nothing that
 * was given.
 */
export function requestRules({ introspection, limits }: RequestRules): Plugin<Context, Context> {
  const parseDocument = createParseDocument(limits.tokens);
  const executeQuery = createExecuteQuery();
  const refusals = (args: ExecutionArgs): GraphQLError[] => {
    const invalid = checkVariables(args);
    // Sizes are read from variables, which have to be what they claim to be.
    const tooMuch = invalid.length === 0 ? checkLimits(args, limits) : null;
    return tooMuch === null ? invalid : [tooMuch];
  };
  return {
    onParse({ setParseFn }) {
      setParseFn(parseDocument);
    },
    onValidate({ params, addValidationRule }) {
      // The same for every caller: Yoga caches validation by document, not by who asks.
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
      return ({ result, setResult }) => {
        if (result.length > 0) setResult(withoutInput(params.documentAST, result));
      };
    },
    onExecute({ args, setExecuteFn, setResultAndStopExecution }) {
      if (getOperationAST(args.document, args.operationName)?.operation === 'query')
        setExecuteFn(executeQuery);
      args.contextValue.log.operation = nameOperation(args.document, args.operationName);
      const errors = refusals(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
    onSubscribe({ args, setSubscribeFn, setResultAndStopExecution }) {
      setSubscribeFn(() => subscribe(args));
      args.contextValue.log.operation = nameOperation(args.document, args.operationName);
      const errors = refusals(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
  };
}

/** What the log calls an operation: its kind and root fields. The name that a client gives it could be anything. */
function nameOperation(document: DocumentNode, name: string | null | undefined): string {
  const operation = getOperationAST(document, name);
  const fields = operation?.selectionSet.selections.flatMap((node) =>
    node.kind === 'Field' ? [node.name.value] : [],
  );
  return operation == null ? '' : `${operation.operation} ${fields?.slice(0, 5).join(' ')}`;
}
