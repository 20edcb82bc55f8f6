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
    args: { id: t.arg.id({ required: true, description: 'What RealtimeSession.id shows.' }) },
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
      after: t.arg.string({ description: 'Go on after this cursor, e.g. the endCursor of the page before.' }),
      last: t.arg.int({
        description:
          'Page size when going backwards, at most 100: the entries just before `before`, or the last ones of all.',
      }),
      before: t.arg.string({ description: 'Go back from this cursor. Not together with first or after.' }),
    },
    resolve: async (_root, args, { ledger }) => {
      const page = pageOf(LISTING, args);
      return toConnection(LISTING, page, await ledger.sessions(page));
    },
  }),
);
