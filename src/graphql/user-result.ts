import type { User } from '../users/user.ts';
import { builder } from './builder.ts';
import { type InvalidInput, InvalidInputErrorType } from './invalid-input-error.ts';
import { resultType } from './mutation.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { UserType } from './user-ref.ts';

type Success = { readonly __typename: 'UserSuccess'; readonly user: User };
/** The result of suspendUser, reinstateUser and eraseUser. */
export type UserResult = Success | NotFound | InvalidInput;

const UserSuccessType = builder.objectRef<Success>('UserSuccess').implement({
  description: 'The change is in effect, by this request or an earlier one.',
  fields: (t) => ({ user: t.expose('user', { type: UserType, description: 'The user after the change.' }) }),
});

export const UserResultType = resultType(
  'UserResult',
  'The user after the change, or why nothing was changed.',
  [UserSuccessType, NotFoundErrorType, InvalidInputErrorType],
);

export function presentUser(user: User | null): UserResult {
  return user === null ? notFound : { __typename: 'UserSuccess', user };
}
