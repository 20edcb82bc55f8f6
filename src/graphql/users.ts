import { isStorable } from '../platform/validation/text.ts';
import type { UserOrder } from '../users/user-filter.ts';
import { builder } from './builder.ts';
import { pageOf, toConnection, totalCount } from './connection.ts';
import { pageArguments } from './page-arguments.ts';
import { UserType } from './user-ref.ts';

const UserConnection = builder.connectionObject(
  {
    type: UserType,
    name: 'UserConnection',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description:
          'How many users fit the filter, on all pages: exact, or, with upTo, as far as that. Null, with an error beside it, when counting took too long.',
        args: {
          upTo: t.arg.int({
            description: 'Count no further, e.g. 1001 to say "1,000+" for the price of 1,000.',
          }),
        },
        resolve: ({ count }, { upTo }) => totalCount(count, upTo),
      }),
    }),
  },
  { name: 'UserEdge' },
);

const UserFilterInput = builder.inputType('UserFilter', {
  description: 'Which users are meant: those that fit every field that is given.',
  fields: (t) => ({
    externalIdPrefix: t.string({ description: 'Whose identifier begins so, in the same case.' }),
    suspended: t.boolean({ description: 'True: only suspended ones. False: only others.' }),
    hasActiveSessions: t.boolean({
      description: 'True: only those with a session that is ACTIVE now. False: only others.',
    }),
  }),
});

const UserOrderEnum = builder.enumType('UserOrder', {
  description: 'What users are sorted by.',
  values: {
    LAST_SESSION_AT_DESC: { description: 'By their newest session; those without any come last.' },
    NEXT_EXPIRY_AT_ASC: {
      description: 'By the session that expires next: only users with a session that is ACTIVE.',
    },
    CREATED_AT_DESC: { description: 'Those first named most recently first.' },
  } satisfies Record<UserOrder, object>,
});

builder.queryField('users', (t) =>
  t.field({
    type: UserConnection,
    description: 'The users that you may see and that fit the filter.',
    authScopes: { scope: 'USERS_READ', person: true },
    args: {
      filter: t.arg({ type: UserFilterInput, description: 'Left out: all of them.' }),
      orderBy: t.arg({
        type: UserOrderEnum,
        defaultValue: 'LAST_SESSION_AT_DESC',
        description: 'What they are sorted by.',
      }),
      ...pageArguments(t.arg),
    },
    resolve: async (_root, { filter: given, orderBy, ...args }, { reader }) => {
      const order = orderBy ?? 'LAST_SESSION_AT_DESC';
      const listing = `users/${order}`;
      const page = pageOf(listing, args, order === 'CREATED_AT_DESC' ? 'id' : 'time');
      const filter = given ?? {};
      // PostgreSQL has no NUL in text: nobody's identifier begins so.
      const nobody = !isStorable(filter.externalIdPrefix ?? '');
      const rows = nobody ? [] : await reader.users(filter, order, page);
      return toConnection(listing, page, rows, async (upTo) =>
        nobody ? 0 : reader.countUsers(filter, order, upTo),
      );
    },
  }),
);
