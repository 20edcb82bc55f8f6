// One statement a request, prepared by its name, with no more columns than the answer has, in its order.

const COLUMNS = `
  s.id, session_status(s.outcome, s.deadline, s.expires_at, s.revoked_at, now()), s.type, s.model, s.voice, s.provider,
  s.upstream_session_id, s.created_at, CASE WHEN s.outcome = 'ISSUED' THEN s.settled_at END, s.revoked_at,
  s.secret_prefix, s.secret_last_four, s.expires_at, u.id, u.external_id`;

export const OF_USER = {
  name: 'of-user',
  text: `SELECT ${COLUMNS} FROM end_user AS u JOIN realtime_session AS s ON s.user_id = u.id
    WHERE u.external_id = $1 ORDER BY s.id DESC LIMIT 21`,
};

export const OF_STATUS = {
  ACTIVE: ofStatus(
    'active',
    "s.outcome = 'ISSUED' AND s.revoked_at IS NULL AND s.expires_at > now() AND s.expiry_announced_at IS NULL",
  ),
  FAILED: ofStatus('failed', "s.outcome = 'FAILED'"),
  REVOKED: ofStatus('revoked', "s.outcome = 'ISSUED' AND s.revoked_at IS NOT NULL"),
  UNCONFIRMED: ofStatus(
    'unconfirmed',
    "(s.outcome = 'UNCONFIRMED' OR s.outcome IS NULL AND s.deadline <= now())",
  ),
};

function ofStatus(name: string, condition: string) {
  return {
    name,
    text: `SELECT ${COLUMNS} FROM (
        SELECT * FROM realtime_session AS s WHERE ${condition} ORDER BY s.id DESC LIMIT 51
      ) AS s JOIN end_user AS u ON u.id = s.user_id ORDER BY s.id DESC`,
  };
}
