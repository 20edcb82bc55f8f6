import { useState } from 'react';
import type { ApiError } from '../../api/api-error.ts';
import type { ApiAnswer } from '../../api/use-api-mutation.ts';

/** Who a dialog is about. */
export type NamedUser = {
  readonly id: string;
  readonly externalId: string;
  readonly activeSessionCount: number;
};

export type ChangeDialogProps = {
  readonly user: NamedUser;
  readonly open: boolean;
  readonly onClose: () => void;
};

type Result =
  | { readonly __typename: 'UserSuccess' }
  | { readonly __typename: 'NotFoundError'; readonly message: string }
  | {
      readonly __typename: 'InvalidInputError';
      readonly message: string;
      readonly issues: readonly { readonly message: string; readonly path: readonly string[] }[];
    };

/** What the server refused, as an error that the dialog shows; undefined when it did what was asked. */
export function refusalOf(answer: ApiAnswer<unknown>, result: Result | undefined): ApiError | undefined {
  if (answer.error !== undefined) return answer.error;
  if (result === undefined)
    return { message: 'The gateway gave no answer.', code: 'UNKNOWN', requestId: answer.requestId };
  switch (result.__typename) {
    case 'UserSuccess':
      return undefined;
    case 'NotFoundError':
      return { message: result.message, code: 'NOT_FOUND', requestId: answer.requestId };
    case 'InvalidInputError': {
      const issues = result.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
      return {
        message: [result.message, ...issues].join(' '),
        code: 'INVALID_INPUT',
        requestId: answer.requestId,
      };
    }
    default:
      return result satisfies never;
  }
}

/** The refusal that a dialog shows, which is forgotten when the dialog closes. */
export function useRefusal(onClose: () => void) {
  const [refusal, setRefusal] = useState<ApiError | undefined>(undefined);
  const close = () => {
    setRefusal(undefined);
    onClose();
  };
  return { refusal, setRefusal, close };
}
