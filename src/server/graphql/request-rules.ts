import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
  NoSchemaIntrospectionCustomRule,
  validate,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../graphql/context.ts';
import { MAX_ISSUES } from '../../platform/validation/input-issue.ts';
import { checkLimits, type OperationLimits } from './check-limits.ts';
import { checkOperation } from './check-operation.ts';
import { checkSelection } from './check-selection.ts';
import { checkVariables } from './check-variables.ts';
import { type CompileOptions, createExecuteQuery } from './compiled-queries.ts';
import { withDefaults } from './default-variables.ts';
import { createParseDocument } from './parse-document.ts';
import { subscribe } from './subscribe.ts';
import { withoutInput } from './validation-messages.ts';

export type RequestRules = CompileOptions & {
  readonly introspection: boolean;
  readonly limits: OperationLimits;
};

type Args = ExecutionArgs & { readonly contextValue: Context };

export type CheckedExecution = {
  readonly plugin: Plugin<Context, Context>;
  /**
   * Executes a query or mutation that was executed before, with the same checks, and without what Yoga does around them: that
   * takes longer than they do. Null when Yoga should execute it.
   */
  readonly executeAgain: (args: Args, method: string) => Promise<ExecutionResult> | null;
};

/** The checks of every request before it is executed: limits of the document, and messages that repeat no input. */
export function createCheckedExecution({
  introspection,
  limits,
  ...compile
}: RequestRules): CheckedExecution {
  const parseDocument = createParseDocument(limits.tokens);
  const { execute, wasExecuted } = createExecuteQuery(compile);
  /** Names the operation in the log, and checks it. */
  const check = (args: Args): GraphQLError[] => {
    args.contextValue.log.operation = nameOperation(args.document, args.operationName);
    args.variableValues = withDefaults(args);
    const invalid = checkVariables(args);
    // The limits read page sizes from variables, so the variables must be valid first.
    if (invalid.length > 0) return invalid;
    const tooMuch = checkLimits(args, limits);
    return tooMuch === null ? checkSelection(args) : [tooMuch];
  };
  async function checkAndExecute(args: Args, method: string): Promise<ExecutionResult> {
    const refusal = checkOperation(args.document, args.operationName, method);
    if (refusal !== null) return { errors: [refusal] };
    const errors = check(args);
    if (errors.length > 0) return { errors };
    return execute(args);
  }
  const plugin: Plugin<Context, Context> = {
    onParse({ setParseFn }) {
      setParseFn(parseDocument);
      return ({ result, context: { params, request } }) => {
        if (result === null || result instanceof Error) return;
        const refusal = checkOperation(result, params.operationName, request.method);
        if (refusal !== null) throw refusal;
      };
    },
    onValidate({ addValidationRule, setValidationFn }) {
      setValidationFn(validateDocument);
      // The rules are the same for every caller, because Yoga caches validation by document only.
      if (!introspection) addValidationRule(NoSchemaIntrospectionCustomRule);
    },
    onExecute({ args, setExecuteFn, setResultAndStopExecution }) {
      setExecuteFn(() => execute(args));
      const errors = check(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
    onSubscribe({ args, setSubscribeFn, setResultAndStopExecution }) {
      setSubscribeFn(() => subscribe(args));
      const errors = check(args);
      if (errors.length > 0) setResultAndStopExecution({ errors });
    },
  };
  return {
    plugin,
    executeAgain: (args, method) => (wasExecuted(args) ? checkAndExecute(args, method) : null),
  };
}

/**
 * Stops at the last error that is listed. Suggestions are not made, because they name fields that the caller did not. The
 * messages are made here, because Yoga caches what this returns.
 */
const validateDocument: typeof validate = (schema, document, rules) => {
  const errors = validate(schema, document, rules, { maxErrors: MAX_ISSUES, hideSuggestions: true });
  return withoutInput(schema, document, errors);
};

/** The operation's name in the log: its kind and root fields. The name that the client gave it could hold anything. */
function nameOperation(document: DocumentNode, name: string | null | undefined): string {
  const operation = getOperationAST(document, name);
  const fields = operation?.selectionSet.selections.flatMap((node) =>
    node.kind === 'Field' ? [node.name.value] : [],
  );
  return operation == null ? '' : `${operation.operation} ${fields?.slice(0, 5).join(' ')}`;
}
