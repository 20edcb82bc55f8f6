import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLError,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { checkLimits, type OperationLimits } from './check-limits.ts';
import { checkVariables } from './check-variables.ts';
import type { Context } from './context.ts';
import { createParseDocument } from './parse-document.ts';
import { presentError } from './present-error.ts';
import { recordDenials } from './record-denials.ts';
import { withoutInput } from './validation-messages.ts';

export type RequestRules = {
  readonly introspection: boolean;
  readonly limits: OperationLimits;
  /** Told of every error that is not the caller's doing. */
  readonly onUnexpected: (error: Error, context: Context) => void;
};

/**
 * What happens to every request before and after it is executed: bounds on the document, messages that
 * repeat nothing that was given, and errors in the contract's form.
 */
export function requestRules({
  introspection,
  limits,
  onUnexpected,
}: RequestRules): Plugin<Context, Context> {
  const parseDocument = createParseDocument(limits.tokens);
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
    onExecute({ args, setResultAndStopExecution }) {
      args.contextValue.log.operation = nameOperation(args.document, args.operationName);
      const errors = refusals(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      args.contextValue.log.operation = nameOperation(args.document, args.operationName);
      const errors = refusals(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
    async onResultProcess({ result, setResult, serverContext }) {
      if (Array.isArray(result) || Symbol.asyncIterator in result || !result.errors?.length) return;
      const { origin, log } = serverContext;
      const errors = await recordDenials(result.errors, serverContext);
      const answered = result.data != null;
      const presented = errors.map((error) => presentError(error, { requestId: origin.requestId, answered }));
      for (const { unexpected } of presented)
        if (unexpected !== null) onUnexpected(unexpected, serverContext);
      // What a mutation came to says more than what was missing from its answer.
      if (log.outcome === 'OK') log.outcome = presented[0]?.code ?? log.outcome;
      setResult({ ...result, errors: presented.map(({ shown }) => shown) });
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
