import Fastify from 'fastify';
import mercurius from 'mercurius';
import { serveParent } from '../channel.ts';
import { globalId, toConnection, typeDefs } from './schema.mjs';
import { openPool, sessionsQuery, toNode, usersQuery } from './statements.mjs';

// Mercurius, its documents compiled; "mercurius" loads the users in a batch, as its manual has it, and
// "mercurius-join" has them come with the sessions in one statement.

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
    },
  },
  ...(joined ? {} : { loaders: { RealtimeSession: { user: loadUsers } } }),
});

async function loadUsers(queries) {
  const ids = [...new Set(queries.map(({ obj }) => obj.userId))];
  const { rows } = await pool.query(usersQuery(ids));
  const users = new Map(
    rows.map(({ id, external_id }) => [id, { id: globalId('User', id), externalId: external_id }]),
  );
  return queries.map(({ obj }) => users.get(obj.userId));
}

await app.listen({ host: '127.0.0.1', port: 0 });
serveParent({ port: app.server.address().port }, async () => ({}));
