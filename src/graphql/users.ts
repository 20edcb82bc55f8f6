import type { Edge } from '../platform/database/page.ts';
import { isStorable } from '../platform/validation/text.ts';
import type { UserFilter } from '../users/user-filter.ts';
import { type UserOrder, userOrders } from '../users/user-order.ts';
import { isUserText } from '../users/user-text.ts';
import { builder } from './builder.ts';
import { type PageArguments, readPage, toConnection, toTextConnection } from './connection.ts';
import type { Context } from './context.ts';
import { cursorOf } from './cursor.ts';
import type { DeclaredListing } from './declared-text.ts';
import { atMost } from './list-limit.ts';
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

builder.queryField('users', (t) =>
  t.field({
    type: UserConnection,
    description: 'The users that you may see and that match the filter.',
    authScopes: { scope: 'USERS_READ', person: true },
    ...pagesBothWays(
      t.arg,
      {
        filter: t.arg({ type: UserFilterInput, description: 'Default: all users.' }),
        orderBy: t.arg({
          type: UserOrderEnum,
          defaultValue: 'LAST_SESSION_AT_DESC',
          description: 'How the users are sorted.',
        }),
      },
      asTexts,
    ),
    resolve: async (_root, args, { reader }) => {
      const { filter, order, page, connectionOf } = pageOf(args, reader);
      return connectionOf(filter === null ? [] : await reader.users(filter, order, page));
    },
  }),
);

type ListArguments = PageArguments & {
  readonly filter?: typeof UserFilterInput.$inferInput | null | undefined;
  readonly orderBy?: UserOrder | null | undefined;
};

/** The same page, written without being executed. */
const asTexts: DeclaredListing = {
  hasColumn: isUserText,
  async read(args: ListArguments, { reader }, { columns }) {
    const { filter, order, page, listing } = pageOf(args, reader);
    const names = columns.filter(isUserText);
    const rows = filter === null ? [] : await reader.userTexts(filter, order, page, names);
    return rows && toTextConnection(listing, userOrders[order], page, rows);
  },
};

function pageOf({ filter: input, orderBy, ...args }: ListArguments, reader: Context['reader']) {
  const order = orderBy ?? 'LAST_SESSION_AT_DESC';
  const listing = `users/${order}`;
  const cursors = cursorOf(userOrders[order]);
  const page = readPage(listing, cursors, args);
  const filter = userFilterOf(input);
  const count = async (upTo: number | null) => (filter === null ? 0 : reader.countUsers(filter, order, upTo));
  return {
    filter,
    order,
    page,
    listing,
    connectionOf: <Row>(rows: readonly Edge<Row>[]) => toConnection(listing, cursors, page, rows, count),
  };
}

/** Null when no user can match: PostgreSQL cannot store a NUL in text, so no identifier has one. */
function userFilterOf(input: ListArguments['filter']): UserFilter | null {
  const { externalIds, ...rest } = input ?? {};
  if (!isStorable(rest.externalIdPrefix ?? '')) return null;
  return externalIds == null ? rest : { ...rest, externalIds: externalIds.filter(isStorable) };
}
