import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { inputArgument, logged } from './mutation.ts';
import { notFound } from './not-found-error.ts';
import { presentUser, type UserResult, UserResultType } from './user-result.ts';

const EraseUserInput = builder.inputType('EraseUserInput', {
  description: 'The user to erase.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the user.' }) }),
});

builder.mutationField('eraseUser', (t) =>
  t.field({
    type: UserResultType,
    description:
      'Removes everything that identifies a person: the external id; the labels, instructions, tools and the rest of the config of its sessions; and the names, addresses, user agents and reasons in the audit trail, which can still be verified. Times, numbers and costs stay. Sessions that are being issued at this moment fail; secrets that were handed out work until they expire. Afterwards the same external id means a new user, so block the person at the identity provider if it must not come back. Cannot be undone. Idempotent. Needs USERS_WRITE and reach EVERYTHING.',
    args: inputArgument(t.arg, EraseUserInput, 'The user to erase.'),
    authScopes: { everywhere: 'USERS_WRITE' },
    resolve: logged(async ({ input }, { users, actor, origin }): Promise<UserResult> => {
      const id = decodeIdOf('User', input.id);
      return id === null ? notFound : presentUser(await users.erase(id, { actor, origin }));
    }, 'erasures'),
  }),
);
