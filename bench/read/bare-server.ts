import { createServer } from 'node:http';
import pg from 'pg';
import { z } from 'zod';
import { listen } from '../../src/server/http/listen.ts';
import { serveParent } from '../channel.ts';
import { OF_STATUS, OF_USER, USERS } from './bare-statements.ts';

// The practical limit: the same JSON out of one prepared statement, and nothing else. No GraphQL, no
// authentication, no limits, no log, no metrics; nothing of the gateway's but how to listen.

const [databaseUrl = ''] = process.argv.slice(2);
/** Columns as bare-statements.ts has them, as text. */
type Row = (string | null)[];

const pool = new pg.Pool({
  connectionString: databaseUrl,
  max: 10,
  // All that is read is written again: dates are cut out of the text they come as.
  types: { getTypeParser: () => (text: string | Buffer) => text },
});

const request = z.object({
  variables: z
    .union([
      z.object({ externalUserId: z.string() }),
      z.object({ status: z.enum(['ACTIVE', 'FAILED', 'REVOKED', 'UNCONFIRMED']) }),
    ])
    .optional(),
});

const server = createServer((incoming, response) => {
  const pieces: Buffer[] = [];
  incoming.on('data', (piece: Buffer) => pieces.push(piece));
  incoming.on('end', () => {
    const [only] = pieces;
    const body = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    answer(body.toString()).then(
      (text) => {
        const bytes = Buffer.from(text);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
        response.end(bytes);
      },
      (error: unknown) => {
        response.writeHead(500);
        response.end(String(error));
      },
    );
  });
});

async function answer(body: string): Promise<string> {
  const { variables } = request.parse(JSON.parse(body));
  if (variables === undefined) return userPage((await pool.query<Row>({ ...USERS, rowMode: 'array' })).rows);
  if ('status' in variables)
    return page((await pool.query<Row>({ ...OF_STATUS[variables.status], rowMode: 'array' })).rows, 50);
  const values = [variables.externalUserId];
  return page((await pool.query<Row>({ ...OF_USER, values, rowMode: 'array' })).rows, 20);
}

function page(rows: readonly Row[], size: number): string {
  const kept = rows.length > size ? rows.slice(0, size) : rows;
  const last = kept.at(-1)?.[0];
  const pageInfo = {
    hasNextPage: rows.length > size,
    endCursor:
      last == null ? null : Buffer.from(`realtimeSessions/CREATED_AT_DESC:${last}`).toString('base64url'),
  };
  return JSON.stringify({ data: { realtimeSessions: { edges: kept.map(edge), pageInfo } } });
}

function userPage(rows: readonly Row[]): string {
  const kept = rows.slice(0, 20);
  const last = kept.at(-1);
  const pageInfo = {
    hasNextPage: rows.length > 20,
    endCursor:
      last === undefined
        ? null
        : Buffer.from(`users/LAST_SESSION_AT_DESC:${last[6]}:${last[0]}`).toString('base64url'),
  };
  return JSON.stringify({ data: { users: { edges: kept.map(userEdge), pageInfo } } });
}

function userEdge([id, externalId, createdAt, lastSessionAt, count, nextExpiryAt]: Row) {
  return {
    node: {
      id: Buffer.from(`User:${id}`).toString('base64'),
      externalId,
      createdAt: instant(createdAt),
      lastSessionAt: instant(lastSessionAt),
      activeSessionCount: Number(count),
      nextExpiryAt: instant(nextExpiryAt),
    },
  };
}

function edge(row: Row) {
  const [
    id,
    status,
    type,
    model,
    voice,
    provider,
    upstreamSessionId,
    createdAt,
    issuedAt,
    revokedAt,
    prefix,
    lastFour,
    expiresAt,
    userId,
    externalId,
  ] = row;
  return {
    node: {
      id: Buffer.from(`RealtimeSession:${id}`).toString('base64'),
      status,
      type,
      model,
      voice,
      provider,
      upstreamSessionId,
      createdAt: instant(createdAt),
      issuedAt: instant(issuedAt),
      revokedAt: instant(revokedAt),
      clientSecret:
        prefix == null ? null : { redacted: `${prefix}…${lastFour}`, expiresAt: instant(expiresAt) },
      user: { id: Buffer.from(`User:${userId}`).toString('base64'), externalId },
    },
  };
}

/** "2026-11-22 07:21:00.12345+00", of which zeros at the end are left out, as RFC 3339 with milliseconds. */
function instant(text: string | null | undefined): string | null {
  if (text == null) return null;
  const fraction = text.slice(20, -3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.length >= 3 ? fraction.slice(0, 3) : fraction.padEnd(3, '0')}Z`;
}

const port = Number(new URL(await listen(server, 0, '127.0.0.1')).port);
serveParent({ port }, async () => ({}));
