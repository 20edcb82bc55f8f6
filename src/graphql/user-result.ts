import type { User } from '../users/user.ts';
import { builder } from './builder.ts';
import { type InvalidInput, InvalidInputErrorType } from './invalid-input-error.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { UserType } from './user-ref.ts';

type Success = { readonly __typename: 'UserSuccess'; readonly user: User };
/** What became of a change to a user. */
export type UserResult = Success | NotFound | InvalidInput;

const UserSuccessType = builder.objectRef<Success>('UserSuccess').implement({
  description: 'It is so now, whether this or an earlier request made it so.',
  fields: (t) => ({ user: t.expose('user', { type: UserType, description: 'The user as it is now.' }) }),
});

export const UserResultType = builder.unionType('UserResult', {
  description: 'The user, or why nothing was changed.',
  types: [UserSuccessType, NotFoundErrorType, InvalidInputErrorType],
  resolveType: (result) => result.__typename,
});

export function presentUser(user: User | null): UserResult {
  return user === null ? notFound : { __typename: 'UserSuccess', user };
}
