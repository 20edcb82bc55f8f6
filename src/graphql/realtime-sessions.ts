import type { GraphQLResolveInfo } from 'graphql';
import { CONFIG_BEYOND_SUMMARY, type SessionDetail } from '../sessions/session.ts';
import type { SessionOrder } from '../sessions/session-filter.ts';
import { builder } from './builder.ts';
import { pageOf, toConnection, totalCount } from './connection.ts';
import type { Context } from './context.ts';
import { decodeIdOf } from './ids.ts';
import { mentionedFields } from './mentioned-fields.ts';
import { pageArguments } from './page-arguments.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';
import { SessionFilterInput, SessionOrderEnum, sessionFilterOf } from './session-filter.ts';
import { UserType } from './user-ref.ts';

const readers = { scope: 'SESSIONS_READ', person: true } as const;

const RealtimeSessionConnection = builder.connectionObject(
  {
    type: RealtimeSessionType,
    name: 'RealtimeSessionConnection',
    fields: (t) => ({
      totalCount: t.int({
        nullable: true,
        description:
          'How many sessions fit the filter, on all pages: exact, or, with upTo, as far as that. Null, with an error beside it, when counting took too long.',
        args: {
          upTo: t.arg.int({
            description: 'Count no further, e.g. 1001 to say "1,000+" for the price of 1,000.',
          }),
        },
        resolve: ({ count }, { upTo }) => totalCount(count, upTo),
      }),
    }),
  },
  { name: 'RealtimeSessionEdge' },
);

builder.queryField('realtimeSession', (t) =>
  t.field({
    type: RealtimeSessionType,
    nullable: true,
    description: 'The session with that id; null when there is none.',
    args: { id: t.arg.id({ required: true, description: 'What RealtimeSession.id shows.' }) },
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
    description: 'The sessions that you may see and that fit the filter.',
    authScopes: readers,
    args: {
      filter: t.arg({ type: SessionFilterInput, description: 'Left out: all of them.' }),
      orderBy: t.arg({
        type: SessionOrderEnum,
        defaultValue: 'CREATED_AT_DESC',
        description: 'What they are sorted by.',
      }),
      ...pageArguments(t.arg),
    },
    resolve: (_root, { filter, orderBy, ...args }, { reader }, info) =>
      connect(reader, sessionFilterOf(filter), orderBy ?? 'CREATED_AT_DESC', 'realtimeSessions', args, info),
  }),
);

builder.objectField(UserType, 'sessions', (t) =>
  t.field({
    type: RealtimeSessionConnection,
    description: "This user's sessions that you may see and that fit the filter, newest first.",
    authScopes: readers,
    args: {
      filter: t.arg({ type: SessionFilterInput, description: 'Left out: all of them.' }),
      ...pageArguments(t.arg),
    },
    resolve: ({ id }, { filter, ...args }, { reader }, info) => {
      const asked = sessionFilterOf(filter);
      // Of this user and of somebody else at once: nobody's.
      const own = asked === null || (asked.userId ?? id) !== id ? null : { ...asked, userId: id };
      return connect(reader, own, 'CREATED_AT_DESC', `User.sessions/${id}`, args, info);
    },
  }),
);

const RECORD_FIELDS = ['application', 'object', 'labels', 'exposedUntil', 'failure', 'fingerprint'];

/** How much of each session is worth reading for a document. What it mentions and is not read is read after all, apart. */
function extentOf(info: GraphQLResolveInfo): SessionDetail {
  const mentioned = mentionedFields(info);
  const mentions = (names: readonly string[]) => names.some((name) => mentioned.has(name));
  if (mentions(CONFIG_BEYOND_SUMMARY)) return 'full';
  return mentions(RECORD_FIELDS) ? 'record' : 'summary';
}

async function connect(
  reader: Context['reader'],
  filter: ReturnType<typeof sessionFilterOf>,
  order: SessionOrder,
  field: string,
  args: Parameters<typeof pageOf>[1],
  info: GraphQLResolveInfo,
) {
  const listing = `${field}/${order}`;
  const page = pageOf(listing, args, order === 'EXPIRES_AT_ASC' ? 'time' : 'id');
  const rows = filter === null ? [] : await reader.sessions(filter, order, page, extentOf(info));
  return toConnection(listing, page, rows, async (upTo) =>
    filter === null ? 0 : reader.countSessions(filter, order, upTo),
  );
}
