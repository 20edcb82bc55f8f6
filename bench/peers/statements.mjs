// Hand-written statements over pg, named, each in the order of an index; dates stay text.
import pg from 'pg';
import { globalId } from './schema.mjs';

const COLUMNS = `
  s.id, session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()) AS status, s.type, s.model, s.voice,
  s.provider, s.upstream_session_id, s.created_at, CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END AS issued_at,
  s.revoked_at, s.secret_prefix, s.secret_last_four, s.expires_at, s.user_id`;
const EXTERNAL_ID = '(SELECT external_id FROM end_user AS u WHERE u.id = s.user_id) AS external_id';

const CONDITIONS = {
  // The sum keeps PostgreSQL from the index by expiry, after which it would sort all that live.
  ACTIVE: [
    "s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expiry_announced_at IS NULL AND s.expires_at + interval '0 seconds' > now()",
  ],
  FAILED: ["s.outcome = 'FAILED'"],
  REVOKED: ["s.outcome = 'ISSUED' AND s.revoked_at IS NOT NULL"],
  UNCONFIRMED: ["s.outcome = 'UNCONFIRMED'", 's.outcome IS NULL AND s.deadline <= now()'],
};

export function openPool(connectionString) {
  const asText = (text) => text;
  return new pg.Pool({ connectionString, max: 10, types: { getTypeParser: () => asText } });
}

/** The newest sessions that fit a filter; `joined` with the external id of the user. */
export function sessionsQuery({ externalUserId, statuses }, limit, joined) {
  const columns = joined ? `${COLUMNS}, ${EXTERNAL_ID}` : COLUMNS;
  if (externalUserId != null) {
    const text = `SELECT ${columns} FROM realtime_session AS s
      WHERE s.user_id = (SELECT id FROM end_user WHERE external_id = $1) ORDER BY s.id DESC LIMIT ${limit}`;
    return { name: `user-${limit}`, text, values: [externalUserId] };
  }
  const [status] = statuses;
  const newest = CONDITIONS[status].map(
    (condition) =>
      `(SELECT * FROM realtime_session AS s WHERE ${condition} ORDER BY s.id DESC LIMIT ${limit})`,
  );
  const text = `SELECT ${columns} FROM (${newest.join(' UNION ALL ')}) AS s ORDER BY s.id DESC LIMIT ${limit}`;
  return { name: `${status}-${limit}`, text };
}

export function usersQuery(ids) {
  const text = 'SELECT id, external_id FROM end_user WHERE id = ANY($1::uuid[])';
  return { name: 'users', text, values: [ids] };
}

// Sessions that can be ACTIVE are at most five hours old, so that the others' partitions are not looked into.
const ACTIVE = `s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expiry_announced_at IS NULL
  AND s.expires_at > now() AND s.id >= uuidv7_floor(now() - interval '5 hours')`;
const NEWEST_FIRST = "coalesce(last_session_at, '-infinity') DESC, id DESC";

/** The users with the newest sessions; `joined` with their sessions that are ACTIVE. */
export function usersByLastSession(limit, joined) {
  const users = `SELECT id, external_id, created_at, last_session_at FROM end_user ORDER BY ${NEWEST_FIRST} LIMIT ${limit}`;
  const text = joined
    ? `SELECT u.*, a.count, a.next_expiry_at FROM (${users}) AS u LEFT JOIN LATERAL (
        SELECT count(*), min(s.expires_at) AS next_expiry_at FROM realtime_session AS s WHERE s.user_id = u.id AND ${ACTIVE}
      ) AS a ON true ORDER BY ${NEWEST_FIRST}`
    : users;
  return { name: `users-${limit}`, text };
}

/** How many sessions of these users are ACTIVE, and when the first of them expires. Users without any are left out. */
export function activeSessionsQuery(ids) {
  const text = `SELECT s.user_id, count(*), min(s.expires_at) AS next_expiry_at FROM realtime_session AS s
    WHERE s.user_id = ANY($1::uuid[]) AND ${ACTIVE} GROUP BY s.user_id`;
  return { name: 'active', text, values: [ids] };
}

export function toUser(row) {
  const { id, external_id: externalId, count } = row;
  return {
    id: globalId('User', id),
    uuid: id,
    externalId,
    createdAt: instant(row.created_at),
    lastSessionAt: instant(row.last_session_at),
    // Without them, the loaders are asked.
    ...(count === undefined ? {} : toActiveSessions(row)),
  };
}

export function toActiveSessions(row) {
  return { activeSessionCount: Number(row?.count ?? 0), nextExpiryAt: instant(row?.next_expiry_at ?? null) };
}

export function toNode(row) {
  const { id, status, type, model, voice, provider, user_id: userId, external_id: externalId } = row;
  return {
    id: globalId('RealtimeSession', id),
    status,
    type,
    model,
    voice,
    provider,
    upstreamSessionId: row.upstream_session_id,
    createdAt: instant(row.created_at),
    issuedAt: instant(row.issued_at),
    revokedAt: instant(row.revoked_at),
    clientSecret:
      row.secret_prefix === null
        ? null
        : {
            redacted: `${row.secret_prefix}…${row.secret_last_four}`,
            expiresAt: instant(row.expires_at),
          },
    userId,
    // Without it, the loader is asked.
    ...(externalId === undefined ? {} : { user: { id: globalId('User', userId), externalId } }),
  };
}

/** "2026-11-22 07:21:00.12345+00", of which zeros at the end are left out, as RFC 3339 with milliseconds. */
function instant(text) {
  if (text === null) return null;
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0').slice(0, 3)}Z`;
}
