import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';

export type NotFound = { readonly __typename: 'NotFoundError'; readonly message: string };

export const NotFoundErrorType = builder.objectRef<NotFound>('NotFoundError').implement({
  description: 'There is no such record, or you may not see it.',
  interfaces: [ErrorInterface],
});

export const notFound: NotFound = { __typename: 'NotFoundError', message: 'Not found.' };
