import type { GraphQLResolveInfo } from 'graphql';
import { isStorable } from '../platform/validation/text.ts';
import type { UserDetail } from '../users/user.ts';
import { type UserOrder, userOrders } from '../users/user-order.ts';
import { builder } from './builder.ts';
import { readPage, toConnection } from './connection.ts';
import { cursorOf } from './cursor.ts';
import { atMost } from './list-limit.ts';
import { mentionedFields } from './mentioned-fields.ts';
import { pagesBothWays } from './page-arguments.ts';
import { totalCountField } from './total-count.ts';
import { UserType } from './user-ref.ts';

export const MAX_EXTERNAL_IDS = 100;

const UserConnection = builder.connectionObject(
  {
    type: UserType,
    name: 'UserConnection',
    fields: (t) => ({ totalCount: totalCountField(t, 'users') }),
  },
  { name: 'UserEdge' },
);

const UserFilterInput = builder.inputType('UserFilter', {
  description: 'Users that match all given fields.',
  fields: (t) => ({
    externalIdPrefix: t.string({
      description: 'Users whose external id starts with this text. Upper and lower case differ.',
    }),
    externalIds: t.stringList(
      atMost(
        MAX_EXTERNAL_IDS,
        'Users with one of these external ids, e.g. to join a list of your own. The order is that of orderBy. An empty list matches nobody, and an erased user has no external id.',
      ),
    ),
    suspended: t.boolean({
      description: 'True: only suspended users. False: only users that are not suspended.',
    }),
    hasActiveSessions: t.boolean({
      description: 'True: only users with an ACTIVE session. False: only users without one.',
    }),
  }),
});

const UserOrderEnum = builder.enumType('UserOrder', {
  description: 'The order of a listing of users.',
  values: {
    LAST_SESSION_AT_DESC: {
      description: 'The user with the newest session first. Users without a session come last.',
    },
    NEXT_EXPIRY_AT_ASC: {
      description: 'The user whose session expires next first. Lists only users with an ACTIVE session.',
    },
    CREATED_AT_DESC: {
      description: 'The newest user first, by the time when any application first named it.',
    },
  } satisfies Record<UserOrder, object>,
});

/** How much of each user to read, by the fields that the document names. What it leaves out is read by id. */
function requestedDetail(info: GraphQLResolveInfo): UserDetail {
  const mentioned = mentionedFields(info);
  return mentioned.has('activeSessionCount') || mentioned.has('nextExpiryAt')
    ? 'withActiveSessions'
    : 'record';
}

builder.queryField('users', (t) =>
  t.field({
    type: UserConnection,
    description: 'The users that you may see and that match the filter.',
    authScopes: { scope: 'USERS_READ', person: true },
    ...pagesBothWays(t.arg, {
      filter: t.arg({ type: UserFilterInput, description: 'Default: all users.' }),
      orderBy: t.arg({
        type: UserOrderEnum,
        defaultValue: 'LAST_SESSION_AT_DESC',
        description: 'How the users are sorted.',
      }),
    }),
    resolve: async (_root, { filter: filterInput, orderBy, ...args }, { reader }, info) => {
      const order = orderBy ?? 'LAST_SESSION_AT_DESC';
      const listing = `users/${order}`;
      const cursors = cursorOf(userOrders[order]);
      const page = readPage(listing, cursors, args);
      const { externalIds, ...rest } = filterInput ?? {};
      // PostgreSQL cannot store a NUL in text, so no identifier has one.
      const filter = externalIds == null ? rest : { ...rest, externalIds: externalIds.filter(isStorable) };
      const canMatch = isStorable(filter.externalIdPrefix ?? '');
      const rows = canMatch ? await reader.users(filter, order, page, requestedDetail(info)) : [];
      return toConnection(listing, cursors, page, rows, async (upTo) =>
        canMatch ? reader.countUsers(filter, order, upTo) : 0,
      );
    },
  }),
);
