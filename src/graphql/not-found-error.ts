import { builder } from './builder.ts';
import { ErrorInterface } from './error-interface.ts';

export type NotFound = { readonly __typename: 'NotFoundError'; readonly message: string };

export const NotFoundErrorType = builder.objectRef<NotFound>('NotFoundError').implement({
  description: 'There is nothing of that kind with that id, or it is not yours to see.',
  interfaces: [ErrorInterface],
});

export const notFound: NotFound = { __typename: 'NotFoundError', message: 'Not found.' };
