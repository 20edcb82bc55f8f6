import { type InputIssue, MAX_ISSUES } from '../platform/validation/input-issue.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';

export type InvalidInput = {
  readonly __typename: 'InvalidInputError';
  readonly message: string;
  readonly issues: readonly InputIssue[];
};

const InputIssueType = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'A problem of an input.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'The path to the value: field names and list indexes, e.g. ["labels", "1", "key"].',
    }),
    message: t.exposeString('message', {
      description: 'What is wrong with the value, e.g. "must be at most 7200".',
    }),
  }),
});

export const InvalidInputErrorType = builder.objectRef<InvalidInput>('InvalidInputError').implement({
  description: 'The input cannot be used. Nothing was changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [InputIssueType],
      description: `The problems that were found, at most ${MAX_ISSUES}. When there are more, message says so.`,
    }),
  }),
});

/** The error with the first MAX_ISSUES issues. */
export function invalidInput(issues: readonly InputIssue[]): InvalidInput {
  const more = issues.length > MAX_ISSUES ? ` Only the first ${MAX_ISSUES} problems are listed.` : '';
  return {
    __typename: 'InvalidInputError',
    message: `The input cannot be used.${more}`,
    issues: issues.slice(0, MAX_ISSUES),
  };
}
