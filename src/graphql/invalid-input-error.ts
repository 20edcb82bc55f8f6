import type { InputIssue } from '../platform/validation/input-issue.ts';
import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';

export type InvalidInput = {
  readonly __typename: 'InvalidInputError';
  readonly message: string;
  readonly issues: readonly InputIssue[];
};

const InputIssueType = builder.objectRef<InputIssue>('InputIssue').implement({
  description: 'One thing wrong with an input.',
  fields: (t) => ({
    path: t.exposeStringList('path', {
      description: 'Field names and list positions, e.g. ["labels", "1", "key"].',
    }),
    message: t.exposeString('message', { description: 'What is wrong there, e.g. "must be at most 7200".' }),
  }),
});

export const InvalidInputErrorType = builder.objectRef<InvalidInput>('InvalidInputError').implement({
  description: 'The input cannot be used. Nothing was changed.',
  interfaces: [ErrorInterface],
  fields: (t) => ({
    issues: t.expose('issues', {
      type: [InputIssueType],
      description: 'Everything that was found wrong, not just the first.',
    }),
  }),
});

export function invalidInput(issues: readonly InputIssue[]): InvalidInput {
  return { __typename: 'InvalidInputError', message: 'The input cannot be used.', issues };
}
