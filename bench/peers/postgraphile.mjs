import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { TYPES } from 'postgraphile/@dataplan/pg';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { addPgTableCondition, extendSchema, jsonPgSmartTags } from 'postgraphile/utils';
import { serveParent } from '../channel.ts';

// PostGraphile over the tables as they are. They have no foreign key (none may point from a partitioned table), and
// no column that says the status: it is told of the one, and given the other.

const [connectionString] = process.argv.slice(2);

const CONDITIONS = {
  ACTIVE: (
    sql,
    s,
  ) => sql`(${s}.outcome = 'ISSUED' AND ${s}.revoked_at IS NULL AND ${s}.expiry_announced_at IS NULL
    AND ${s}.expires_at + interval '0 seconds' > now())`,
  FAILED: (sql, s) => sql`${s}.outcome = 'FAILED'`,
  REVOKED: (sql, s) => sql`(${s}.outcome = 'ISSUED' AND ${s}.revoked_at IS NOT NULL)`,
  UNCONFIRMED: (sql, s) =>
    sql`(${s}.outcome = 'UNCONFIRMED' OR (${s}.outcome IS NULL AND ${s}.deadline <= now()))`,
};

const active = (sql, $user, what) => sql`(SELECT ${what} FROM realtime_session AS s
  WHERE s.user_id = ${$user.getClassStep().alias}.id AND s.outcome = 'ISSUED' AND s.revoked_at IS NULL
    AND s.expiry_announced_at IS NULL AND s.expires_at > now() AND s.id >= uuidv7_floor(now() - interval '5 hours'))`;

const sessions = { schemaName: 'public', tableName: 'realtime_session' };

const preset = {
  extends: [PostGraphileAmberPreset],
  // Nothing is written, and its names for that are those of functions of the ledger.
  disablePlugins: ['PgMutationCreatePlugin', 'PgMutationUpdateDeletePlugin'],
  plugins: [
    jsonPgSmartTags({
      version: 1,
      config: {
        class: {
          'public.realtime_session': {
            tags: { foreignKey: '(user_id) references public.end_user (id)' },
          },
          // An index says so, not a constraint.
          'public.end_user': { tags: { unique: 'external_id' } },
        },
      },
    }),
    extendSchema(({ sql }) => ({
      typeDefs: `
        extend type RealtimeSession { status: String! }
        extend type EndUser { activeSessionCount: Int! nextExpiryAt: Datetime }`,
      objects: {
        EndUser: {
          plans: {
            activeSessionCount: ($user) =>
              $user.select(active(sql, $user, sql`count(*)::integer`), TYPES.int),
            nextExpiryAt: ($user) =>
              $user.select(active(sql, $user, sql`min(s.expires_at)`), TYPES.timestamptz),
          },
        },
        RealtimeSession: {
          plans: {
            status($session) {
              const s = $session.getClassStep().alias;
              return $session.select(
                sql`session_status(${s}.outcome, ${s}.deadline, ${s}.expires_at, ${s}.revoked_at, now())`,
                TYPES.text,
              );
            },
          },
        },
      },
    })),
    addPgTableCondition(sessions, 'status', ({ graphql: { GraphQLString }, sql }) => ({
      type: GraphQLString,
      apply: (condition, status) => condition.where(CONDITIONS[status](sql, condition.alias)),
    })),
  ],
  pgServices: [makePgService({ connectionString, schemas: ['public'], poolConfig: { max: 10 } })],
  grafserv: { graphiql: false, watch: false },
};

const handler = postgraphile(preset).createServ(grafserv);
const server = createServer();
server.on('error', (error) => {
  throw error;
});
await handler.addTo(server);
server.listen(0, '127.0.0.1', () => serveParent({ port: server.address().port }, async () => ({})));
