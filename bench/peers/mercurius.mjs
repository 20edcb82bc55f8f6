import Fastify from 'fastify';
import mercurius from 'mercurius';
import { serveParent } from '../channel.ts';
import { globalId, toConnection, typeDefs, userCursor } from './schema.mjs';
import {
  activeSessionsQuery,
  openPool,
  sessionsQuery,
  toActiveSessions,
  toNode,
  toUser,
  usersByLastSession,
  usersQuery,
} from './statements.mjs';

// Mercurius, its documents compiled; "mercurius" loads what is of another table in a batch, as its manual has it, and
// "mercurius-join" has it come in one statement.

const [databaseUrl, name] = process.argv.slice(2);
const joined = name === 'mercurius-join';
const pool = openPool(databaseUrl);

const app = Fastify({ logger: false });
app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  resolvers: {
    Query: {
      async realtimeSessions(_root, { filter, first }) {
        const { rows } = await pool.query(sessionsQuery(filter, first + 1, joined));
        return toConnection(rows, first, toNode);
      },
      async users(_root, { first }) {
        const { rows } = await pool.query(usersByLastSession(first + 1, joined));
        return toConnection(rows, first, toUser, ({ id, last_session_at: at }) =>
          userCursor(id, Date.parse(at)),
        );
      },
    },
  },
  ...(joined
    ? {}
    : {
        loaders: {
          RealtimeSession: { user: loadUsers },
          User: {
            activeSessionCount: (queries, context) =>
              loadActiveSessions(queries, context, ({ activeSessionCount }) => activeSessionCount),
            nextExpiryAt: (queries, context) =>
              loadActiveSessions(queries, context, ({ nextExpiryAt }) => nextExpiryAt),
          },
        },
      }),
});

async function loadUsers(queries) {
  const ids = [...new Set(queries.map(({ obj }) => obj.userId))];
  const { rows } = await pool.query(usersQuery(ids));
  const users = new Map(
    rows.map(({ id, external_id }) => [id, { id: globalId('User', id), externalId: external_id }]),
  );
  return queries.map(({ obj }) => users.get(obj.userId));
}

// Both fields have a loader, which are asked for the same users: the second has what the first was answered.
async function loadActiveSessions(queries, context, read) {
  context.activeSessions ??= pool.query(activeSessionsQuery(queries.map(({ obj }) => obj.uuid)));
  const { rows } = await context.activeSessions;
  const byUser = new Map(rows.map((row) => [row.user_id, row]));
  return queries.map(({ obj }) => read(toActiveSessions(byUser.get(obj.uuid))));
}

await app.listen({ host: '127.0.0.1', port: 0 });
serveParent({ port: app.server.address().port }, async () => ({}));
