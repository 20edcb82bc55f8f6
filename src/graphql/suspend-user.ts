import { parseReason } from '../audit/parse-reason.ts';
import { builder } from './builder.ts';
import { invalidInput } from './invalid-input-error.ts';
import { referenceTo } from './user-reference.ts';
import { presentUser, type UserResult, UserResultType } from './user-result.ts';

const SuspendUserInput = builder.inputType('SuspendUserInput', {
  description: 'Exactly one of id and externalUserId; the latter also names somebody who has no session yet.',
  fields: (t) => ({
    id: t.id({ description: 'The user, by id.' }),
    externalUserId: t.string({ description: 'The user, by the identifier that the applications use.' }),
    reason: t.string({
      description:
        'Why, in your words: kept in the audit trail, credentials replaced. At most 1,000 characters.',
    }),
  }),
});

const ReinstateUserInput = builder.inputType('ReinstateUserInput', {
  description: 'Whose suspension ends.',
  fields: (t) => ({ id: t.id({ required: true, description: 'The user, by id.' }) }),
});

builder.mutationField('suspendUser', (t) =>
  t.field({
    type: UserResultType,
    description:
      'From now on no session is issued for this user, and those that are being issued are refused; one whose record is being written at this very moment may still be issued. Secrets that were handed out live until they expire. Idempotent.',
    args: {
      input: t.arg({ type: SuspendUserInput, required: true, description: 'Whom to suspend, and why.' }),
    },
    authScopes: { everywhere: 'USERS_WRITE' },
    resolve: async (_root, { input }, { users, actor, origin, log }): Promise<UserResult> => {
      if ((input.id == null) === (input.externalUserId == null)) {
        return invalidInput([{ path: ['id'], message: 'or externalUserId is needed, not both' }]);
      }
      // Before the id is read: a malformed one must fare as one that nobody has.
      const reason = parseReason(input.reason);
      if (!reason.ok) return invalidInput(reason.issues);
      const user = referenceTo(input.id, input.externalUserId);
      if ('__typename' in user) return user;
      const result = presentUser(await users.suspend(user, reason.value, { actor, origin }));
      log.outcome = result.__typename;
      return result;
    },
  }),
);

builder.mutationField('reinstateUser', (t) =>
  t.field({
    type: UserResultType,
    description: 'Ends a suspension: sessions can be issued for this user again. Idempotent.',
    args: { input: t.arg({ type: ReinstateUserInput, required: true, description: 'Whom to reinstate.' }) },
    authScopes: { everywhere: 'USERS_WRITE' },
    resolve: async (_root, { input }, { users, actor, origin, log }): Promise<UserResult> => {
      const user = referenceTo(input.id, null);
      if ('__typename' in user) return user;
      const result = presentUser(await users.reinstate(user, { actor, origin }));
      log.outcome = result.__typename;
      return result;
    },
  }),
);
