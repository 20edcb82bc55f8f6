// One statement a request, prepared by its name, with no more columns than the answer has, in its order.

// The external id is looked up for each row that is answered: joined, PostgreSQL would rather read all users.
const COLUMNS = `
  s.id, session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()), s.type, s.model, s.voice, s.provider,
  s.upstream_session_id, s.created_at, CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END, s.revoked_at,
  s.secret_prefix, s.secret_last_four, s.expires_at, s.user_id`;

export const OF_USER = {
  name: 'of-user',
  text: `SELECT ${COLUMNS}, $1::text FROM realtime_session AS s
    WHERE s.user_id = (SELECT id FROM end_user WHERE external_id = $1) ORDER BY s.id DESC LIMIT 21`,
};

/** Sessions that can be ACTIVE are at most five hours old, so that the others' partitions are not looked into. */
export const USERS = {
  name: 'users',
  text: `SELECT u.id, u.external_id, u.created_at, u.last_session_at, a.count, a.next_expiry_at,
      (extract(epoch FROM u.last_session_at) * 1000000)::bigint
    FROM (
      SELECT id, external_id, created_at, last_session_at FROM end_user
      ORDER BY coalesce(last_session_at, '-infinity') DESC, id DESC LIMIT 21
    ) AS u LEFT JOIN LATERAL (
      SELECT count(*), min(s.expires_at) AS next_expiry_at FROM realtime_session AS s
      WHERE s.user_id = u.id AND s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expiry_announced_at IS NULL
        AND s.expires_at > now() AND s.id >= uuidv7_floor(now() - interval '5 hours')
    ) AS a ON true
    ORDER BY coalesce(u.last_session_at, '-infinity') DESC, u.id DESC`,
};

export const OF_STATUS = {
  // The sum keeps PostgreSQL from the index by expiry, after which it would sort all that live.
  ACTIVE: ofStatus(
    'active',
    `s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expiry_announced_at IS NULL
      AND s.expires_at + interval '0 seconds' > now()`,
  ),
  FAILED: ofStatus('failed', "s.outcome = 'FAILED'"),
  REVOKED: ofStatus('revoked', "s.outcome = 'ISSUED' AND s.revoked_at IS NOT NULL"),
  // Each in the order of an index of its own.
  UNCONFIRMED: ofStatus(
    'unconfirmed',
    "s.outcome = 'UNCONFIRMED'",
    's.outcome IS NULL AND s.deadline <= now()',
  ),
};

function ofStatus(name: string, ...conditions: readonly string[]) {
  const newest = conditions.map(
    (condition) => `(SELECT * FROM realtime_session AS s WHERE ${condition} ORDER BY s.id DESC LIMIT 51)`,
  );
  return {
    name,
    text: `SELECT ${COLUMNS}, (SELECT external_id FROM end_user AS u WHERE u.id = s.user_id)
      FROM (${newest.join(' UNION ALL ')}) AS s ORDER BY s.id DESC LIMIT 51`,
  };
}
