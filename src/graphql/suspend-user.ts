import { parseReason } from '../audit/parse-reason.ts';
import { builder } from './builder.ts';
import { invalidInput } from './invalid-input-error.ts';
import { inputArgument, logged } from './mutation.ts';
import { REASON_FIELD } from './reason.ts';
import { referenceTo } from './user-reference.ts';
import { presentUser, type UserResult, UserResultType } from './user-result.ts';

const SuspendUserInput = builder.inputType('SuspendUserInput', {
  description:
    'The user to suspend: either id or externalUserId. An externalUserId can also name a user that has no session yet.',
  fields: (t) => ({
    id: t.id({ description: 'The id of the user.' }),
    externalUserId: t.string({ description: 'The identifier that the applications use for the user.' }),
    reason: t.string(REASON_FIELD),
  }),
});

const ReinstateUserInput = builder.inputType('ReinstateUserInput', {
  description: 'The user to reinstate.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The id of the user.' }) }),
});

builder.mutationField('suspendUser', (t) =>
  t.field({
    type: UserResultType,
    description:
      'Suspends a user: no session is issued for it any more, and sessions that are being issued are refused. A session whose record is being written at the same moment may still be issued. Secrets that were handed out work until they expire. Idempotent. Needs USERS_WRITE and reach EVERYTHING.',
    args: inputArgument(t.arg, SuspendUserInput, 'The user to suspend, and the reason.'),
    authScopes: { everywhere: 'USERS_WRITE' },
    resolve: logged(async ({ input }, { users, actor, origin }): Promise<UserResult> => {
      if ((input.id == null) === (input.externalUserId == null)) {
        return invalidInput([{ path: ['id'], message: 'or externalUserId is needed, not both' }]);
      }
      // The reason is checked first, so that a malformed id is answered like an id that no user has.
      const reason = parseReason(input.reason);
      if (!reason.ok) return invalidInput(reason.issues);
      const user = referenceTo(input.id, input.externalUserId);
      if ('__typename' in user) return user;
      return presentUser(await users.suspend(user, reason.value, { actor, origin }));
    }),
  }),
);

builder.mutationField('reinstateUser', (t) =>
  t.field({
    type: UserResultType,
    description:
      'Ends a suspension: sessions can be issued for the user again. Idempotent. Needs USERS_WRITE and reach EVERYTHING.',
    args: inputArgument(t.arg, ReinstateUserInput, 'The user to reinstate.'),
    authScopes: { everywhere: 'USERS_WRITE' },
    resolve: logged(async ({ input }, { users, actor, origin }): Promise<UserResult> => {
      const user = referenceTo(input.id, null);
      return '__typename' in user ? user : presentUser(await users.reinstate(user, { actor, origin }));
    }),
  }),
);
