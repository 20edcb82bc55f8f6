import type { GraphQLResolveInfo } from 'graphql';
import { CONFIG_BEYOND_SUMMARY, type SessionDetail } from '../sessions/session.ts';
import { type SessionOrder, sessionOrders } from '../sessions/session-order.ts';
import { builder } from './builder.ts';
import { type PageArguments, readPage, toConnection } from './connection.ts';
import type { Context } from './context.ts';
import { cursorOf } from './cursor.ts';
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
    ...pagesBothWays(t.arg, {
      filter: t.arg({ type: SessionFilterInput, description: 'Default: all sessions.' }),
      orderBy: t.arg({
        type: SessionOrderEnum,
        defaultValue: 'CREATED_AT_DESC',
        description: 'How the sessions are sorted.',
      }),
    }),
    resolve: (_root, { filter, orderBy, ...args }, context, info) =>
      connect(context, sessionFilterOf(filter), orderBy ?? 'CREATED_AT_DESC', 'realtimeSessions', args, info),
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
      return connect(context, own, 'CREATED_AT_DESC', `User.sessions/${id}`, args, info);
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

async function connect(
  { reader, subscriptions }: Context,
  filter: ReturnType<typeof sessionFilterOf>,
  order: SessionOrder,
  field: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
) {
  const listing = `${field}/${order}`;
  const cursors = cursorOf(sessionOrders[order]);
  const page = readPage(listing, cursors, args);
  // Before the sessions are read, and finished by then: what is committed in between is delivered once more.
  const position = mentionedFields(info).has('eventsAfter') ? await subscriptions.readPosition() : null;
  const rows = filter === null ? [] : await reader.sessions(filter, order, page, requestedDetail(info));
  const connection = toConnection(listing, cursors, page, rows, async (upTo) =>
    filter === null ? 0 : reader.countSessions(filter, order, upTo),
  );
  return { ...connection, eventsAfter: position === null ? null : encodeEventPosition(position) };
}
