import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { notFound } from './not-found-error.ts';
import { presentUser, type UserResult, UserResultType } from './user-result.ts';

const EraseUserInput = builder.inputType('EraseUserInput', {
  description: 'Who is to be forgotten.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The user, by id.' }) }),
});

builder.mutationField('eraseUser', (t) =>
  t.field({
    type: UserResultType,
    description:
      "Removes what identifies the person everywhere, the audit trail's verifiability excepted: the external id; labels, instructions, tools and the rest of the config of its sessions; names, addresses, user agents and reasons in the trail. Times, numbers and costs stay. What is being issued right now is given up; secrets that were handed out live until they expire. The same external id is somebody new from then on, so suspend at the identity provider whom you do not want back. Cannot be undone. Idempotent.",
    args: {
      input: t.arg({ type: EraseUserInput, required: true, description: 'Whom to erase.' }),
    },
    authScopes: { everywhere: 'USERS_WRITE' },
    resolve: async (_root, { input }, { users, actor, origin, log }): Promise<UserResult> => {
      const id = decodeIdOf('User', input.id);
      const result = id === null ? notFound : presentUser(await users.erase(id, { actor, origin }));
      log.outcome = result.__typename;
      return result;
    },
  }),
);
