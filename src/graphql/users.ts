import { isStorable } from '../platform/validation/text.ts';
import { type UserOrder, userOrders } from '../users/user-order.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import { cursorOf } from './cursor.ts';
import { pagesBothWays } from './page-arguments.ts';
import { totalCountField } from './total-count.ts';
import { UserType } from './user-ref.ts';

const UserConnection = builder.connectionObject(
  {
    type: UserType,
    name: 'UserConnection',
    fields: (t) => ({ totalCount: totalCountField(t, 'users') }),
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
    ...pagesBothWays(t.arg, {
      filter: t.arg({ type: UserFilterInput, description: 'Default: all users.' }),
      orderBy: t.arg({
        type: UserOrderEnum,
        defaultValue: 'LAST_SESSION_AT_DESC',
        description: 'How the users are sorted.',
      }),
    }),
    resolve: async (_root, { filter: filterInput, orderBy, ...args }, { reader }) => {
      const order = orderBy ?? 'LAST_SESSION_AT_DESC';
      const listing = `users/${order}`;
      const cursors = cursorOf(userOrders[order]);
      const page = readPage(listing, cursors, args);
      const filter = filterInput ?? {};
      // PostgreSQL cannot store a NUL in text, so no identifier starts with one that has it.
      const canMatch = isStorable(filter.externalIdPrefix ?? '');
      const rows = canMatch ? await reader.users(filter, order, page) : [];
      return toConnection(listing, cursors, page, rows, async (upTo) =>
        canMatch ? reader.countUsers(filter, order, upTo) : 0,
      );
    },
  }),
);
