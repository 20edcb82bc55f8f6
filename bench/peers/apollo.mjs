import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
// Prisma and its client are those of the project.
import { PrismaPg } from '@prisma/adapter-pg';
import DataLoader from 'dataloader';
import { PrismaClient } from '../../prisma/generated/client.ts';
import { serveParent } from '../channel.ts';
import { globalId, toConnection, typeDefs, userCursor } from './schema.mjs';

// Apollo Server over Prisma with a data loader, as their manuals have it.

const [connectionString] = process.argv.slice(2);
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 10 }) });

const resolvers = {
  Query: {
    async realtimeSessions(_root, { filter, first }) {
      const where =
        filter.externalUserId == null
          ? whereStatus(filter.statuses[0])
          : await whereUser(filter.externalUserId);
      const rows = await prisma.realtimeSession.findMany({ where, orderBy: { id: 'desc' }, take: first + 1 });
      return toConnection(rows, first, (row) => row);
    },
    async users(_root, { first }) {
      const orderBy = [{ lastSessionAt: 'desc' }, { id: 'desc' }];
      const rows = await prisma.user.findMany({ orderBy, take: first + 1 });
      return toConnection(
        rows,
        first,
        (row) => row,
        ({ id, lastSessionAt }) => userCursor(id, lastSessionAt.getTime()),
      );
    },
  },
  RealtimeSession: {
    id: ({ id }) => globalId('RealtimeSession', id),
    status: statusOf,
    issuedAt: ({ outcome, settledAt }) => (outcome === 'ISSUED' ? settledAt : null),
    clientSecret: (session) => (session.secretFingerprint === null ? null : session),
    user: ({ userId }, _args, { users }) => users.load(userId),
  },
  RedactedClientSecret: {
    redacted: ({ secretPrefix, secretLastFour }) => `${secretPrefix}…${secretLastFour}`,
  },
  User: {
    id: ({ id }) => globalId('User', id),
    activeSessionCount: async ({ id }, _args, { active }) => (await active.load(id))?._count ?? 0,
    nextExpiryAt: async ({ id }, _args, { active }) => (await active.load(id))?._min.expiresAt ?? null,
  },
};

async function whereUser(externalId) {
  const user = await prisma.user.findUnique({ where: { externalId } });
  return { userId: user.id };
}

function whereStatus(status) {
  const now = new Date();
  switch (status) {
    case 'ACTIVE':
      return { outcome: 'ISSUED', revokedAt: null, expiryAnnouncedAt: null, expiresAt: { gt: now } };
    case 'REVOKED':
      return { outcome: 'ISSUED', revokedAt: { not: null } };
    case 'UNCONFIRMED':
      return { OR: [{ outcome: 'UNCONFIRMED' }, { outcome: null, deadline: { lte: now } }] };
    default:
      return { outcome: status };
  }
}

function statusOf({ outcome, deadline, expiresAt, revokedAt }) {
  const now = new Date();
  if (outcome === null) return deadline > now ? 'PENDING' : 'UNCONFIRMED';
  if (outcome !== 'ISSUED') return outcome;
  if (revokedAt !== null) return 'REVOKED';
  return expiresAt > now ? 'ACTIVE' : 'EXPIRED';
}

function createUserLoader() {
  return new DataLoader(async (ids) => {
    const users = await prisma.user.findMany({ where: { id: { in: [...ids] } } });
    const byId = new Map(users.map((user) => [user.id, user]));
    return ids.map((id) => byId.get(id));
  });
}

function createActiveSessionsLoader() {
  return new DataLoader(async (ids) => {
    const groups = await prisma.realtimeSession.groupBy({
      by: ['userId'],
      where: { userId: { in: [...ids] }, ...whereStatus('ACTIVE') },
      _count: true,
      _min: { expiresAt: true },
    });
    const byUser = new Map(groups.map((group) => [group.userId, group]));
    return ids.map((id) => byUser.get(id));
  });
}

const server = new ApolloServer({ typeDefs, resolvers, introspection: false });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async () => ({ users: createUserLoader(), active: createActiveSessionsLoader() }),
});
serveParent({ port: Number(new URL(url).port) }, async () => ({}));
