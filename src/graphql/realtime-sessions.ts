import type { GraphQLResolveInfo } from 'graphql';
import type { Edge } from '../platform/database/page.ts';
import { CONFIG_BEYOND_SUMMARY, type SessionDetail } from '../sessions/session.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';
import { type SessionOrder, sessionOrders } from '../sessions/session-order.ts';
import { isSessionText } from '../sessions/session-text.ts';
import { builder } from './builder.ts';
import { type PageArguments, readPage, toConnection, toTextConnection } from './connection.ts';
import type { Context } from './context.ts';
import { cursorOf } from './cursor.ts';
import type { DeclaredListing } from './declared-text.ts';
import { decodeIdOf } from './ids.ts';
import { mentionedFields } from './mentioned-fields.ts';
import { pagesBothWays } from './page-arguments.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { encodeEventPosition } from './session-event-id.ts';
import { SessionFilterInput, SessionOrderEnum, sessionFilterOf } from './session-filter.ts';
import { totalCountField } from './total-count.ts';
import { UserType } from './user-ref.ts';

const readers = { scope: 'SESSIONS_READ', person: true } as const;

const RealtimeSessionConnection = builder.connectionObject(
  {
    type: RealtimeSessionType,
    name: 'RealtimeSessionConnection',
    fields: (t) => ({
      totalCount: totalCountField(t, 'sessions'),
      eventsAfter: t.id({
        extensions: { text: { property: 'eventsAfter' } },
        description:
          'What to pass to sessionEvents as after, to follow the sessions from this answer on: every change that the answer does not show is delivered, however late it is committed, and maybe some that it does show. Of several pages, take that of the first one that you read.',
        resolve: ({ eventsAfter }) => eventsPosition(eventsAfter),
      }),
    }),
  },
  { name: 'RealtimeSessionEdge' },
);

builder.queryField('realtimeSession', (t) =>
  t.field({
    type: RealtimeSessionType,
    nullable: true,
    description: 'The session with this id. Null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'The value of RealtimeSession.id.' }) },
    authScopes: readers,
    resolve: (_root, { id }, { reader }) => {
      const uuid = decodeIdOf('RealtimeSession', id);
      return uuid === null ? null : reader.session(uuid);
    },
  }),
);

builder.queryField('realtimeSessions', (t) =>
  t.field({
    type: RealtimeSessionConnection,
    description: 'The sessions that you may see and that match the filter.',
    authScopes: readers,
    ...pagesBothWays(
      t.arg,
      {
        filter: t.arg({ type: SessionFilterInput, description: 'Default: all sessions.' }),
        orderBy: t.arg({
          type: SessionOrderEnum,
          defaultValue: 'CREATED_AT_DESC',
          description: 'How the sessions are sorted.',
        }),
      },
      asTexts,
    ),
    resolve: (_root, args, context, info) => connect(context, ofAllUsers(args), info),
  }),
);

builder.objectField(UserType, 'sessions', (t) =>
  t.field({
    type: RealtimeSessionConnection,
    description: 'The sessions of this user that you may see and that match the filter, newest first.',
    authScopes: readers,
    ...pagesBothWays(t.arg, {
      filter: t.arg({ type: SessionFilterInput, description: 'Default: all sessions.' }),
    }),
    resolve: ({ id }, { filter, ...args }, context, info) => {
      const requested = sessionFilterOf(filter);
      // A filter for another user matches none of this user's sessions.
      const own = requested === null || (requested.userId ?? id) !== id ? null : { ...requested, userId: id };
      const listed = { filter: own, order: 'CREATED_AT_DESC', field: `User.sessions/${id}`, args } as const;
      return connect(context, listed, info);
    },
  }),
);

function eventsPosition(position: string | null | undefined): string {
  if (position == null) throw new Error('A connection was asked for a position that was not read');
  return position;
}

const RECORD_FIELDS = ['application', 'object', 'labels', 'exposedUntil', 'failure', 'fingerprint'];

/** How much of each session to read, by the fields that the document names. Whatever it leaves out is read by id. */
function requestedDetail(info: GraphQLResolveInfo): SessionDetail {
  const mentioned = mentionedFields(info);
  const mentions = (names: readonly string[]) => names.some((name) => mentioned.has(name));
  if (mentions(CONFIG_BEYOND_SUMMARY)) return 'full';
  return mentions(RECORD_FIELDS) ? 'record' : 'summary';
}

type Listed = {
  /** Null: no session can match. */
  readonly filter: SessionFilter | null;
  readonly order: SessionOrder;
  /** What cursors are bound to, beside the order. */
  readonly field: string;
  readonly args: PageArguments;
};

type ListArguments = PageArguments & {
  readonly filter?: Parameters<typeof sessionFilterOf>[0];
  readonly orderBy?: SessionOrder | null | undefined;
};

function ofAllUsers({ filter, orderBy, ...args }: ListArguments): Listed {
  return {
    filter: sessionFilterOf(filter),
    order: orderBy ?? 'CREATED_AT_DESC',
    field: 'realtimeSessions',
    args,
  };
}

async function connect(context: Context, listed: Listed, info: GraphQLResolveInfo) {
  const { filter, order } = listed;
  const { page, connectionOf } = pageOf(context, listed);
  const position = await positionOf(context, mentionedFields(info).has('eventsAfter'));
  const detail = requestedDetail(info);
  return connectionOf(
    filter === null ? [] : await context.reader.sessions(filter, order, page, detail),
    position,
  );
}

/** The same page, written without being executed. */
const asTexts: DeclaredListing = {
  hasColumn: isSessionText,
  async read(args: ListArguments, context, { columns, properties }) {
    const listed = ofAllUsers(args);
    const { filter, order } = listed;
    const { page, listing } = pageOf(context, listed);
    const position = await positionOf(context, properties.has('eventsAfter'));
    const names = columns.filter(isSessionText);
    const rows = filter === null ? [] : await context.reader.sessionTexts(filter, order, page, names);
    if (rows === null) return null;
    const eventsAfter = position === null ? null : encodeEventPosition(position);
    return { ...toTextConnection(listing, sessionOrders[order], page, rows), eventsAfter };
  },
};

function pageOf({ reader }: Context, { filter, order, field, args }: Listed) {
  const listing = `${field}/${order}`;
  const cursors = cursorOf(sessionOrders[order]);
  const page = readPage(listing, cursors, args);
  const count = async (upTo: number | null) =>
    filter === null ? 0 : reader.countSessions(filter, order, upTo);
  return {
    page,
    listing,
    connectionOf: <Row>(rows: readonly Edge<Row>[], position: string | null) => ({
      ...toConnection(listing, cursors, page, rows, count),
      eventsAfter: position === null ? null : encodeEventPosition(position),
    }),
  };
}

/** Before the sessions are read, and finished by then: what is committed in between is delivered once more. */
async function positionOf({ subscriptions }: Context, isSelected: boolean): Promise<string | null> {
  return isSelected ? subscriptions.readPosition() : null;
}
