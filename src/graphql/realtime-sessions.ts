import { builder } from './builder.ts';
import { pageOf, toConnection } from './connection.ts';
import { decodeIdOf } from './ids.ts';
import { RealtimeSessionType } from './realtime-session-ref.ts';

const readers = { scope: 'SESSIONS_READ', person: true } as const;
const LISTING = 'realtimeSessions/CREATED_AT_DESC';

const RealtimeSessionConnection = builder.connectionObject(
  { type: RealtimeSessionType, name: 'RealtimeSessionConnection' },
  { name: 'RealtimeSessionEdge' },
);

builder.queryField('realtimeSession', (t) =>
  t.field({
    type: RealtimeSessionType,
    nullable: true,
    description: 'The session with that id; null when there is none.',
    args: { id: t.arg.id({ required: true }) },
    authScopes: readers,
    resolve: (_root, { id }, { ledger }) => {
      const uuid = decodeIdOf('RealtimeSession', id);
      return uuid === null ? null : ledger.session(uuid);
    },
  }),
);

builder.queryField('realtimeSessions', (t) =>
  t.field({
    type: RealtimeSessionConnection,
    description: 'All sessions that you may see, newest first.',
    authScopes: readers,
    args: {
      first: t.arg.int({ description: 'Page size: default 20, at most 100.' }),
      after: t.arg.string({ description: 'A cursor of this listing.' }),
      last: t.arg.int({ description: 'The page before a cursor, or the oldest ones.' }),
      before: t.arg.string({ description: 'A cursor of this listing.' }),
    },
    resolve: async (_root, args, { ledger }) => {
      const page = pageOf(LISTING, args);
      return toConnection(LISTING, page, await ledger.sessions(page));
    },
  }),
);
