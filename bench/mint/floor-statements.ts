import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { BareRequest, UpstreamAnswer } from './wire.ts';

// The floor: what it takes to write a session and an event, and then the outcome and another event, durably and in one
// statement each, into plain tables: a primary key, no partition, no CHECK, no quota, nothing else that reads.

const TABLES = `
  CREATE TABLE floor_session (id uuid PRIMARY KEY, application_id uuid, external_user_id text, created_at timestamptz,
    config jsonb, labels jsonb, outcome text, settled_at timestamptz, expires_at timestamptz, fingerprint text,
    upstream_session_id text, upstream_config jsonb);
  CREATE TABLE floor_event (id uuid PRIMARY KEY, at timestamptz, action text, session_id uuid, detail jsonb);
  GRANT SELECT, INSERT, UPDATE ON floor_session, floor_event TO PUBLIC`;

const RESERVE = {
  name: 'floor-reserve',
  text: `WITH session AS (
      INSERT INTO floor_session (id, application_id, external_user_id, created_at, config, labels)
      VALUES ($1, $2, $3, clock_timestamp(), $4, $5)
    ) INSERT INTO floor_event VALUES ($6, clock_timestamp(), 'session.requested', $1, $7)`,
};

const SETTLE = {
  name: 'floor-settle',
  text: `WITH session AS (
      UPDATE floor_session SET outcome = 'ISSUED', settled_at = clock_timestamp(), expires_at = $2, fingerprint = $3,
        upstream_session_id = $4, upstream_config = $5
      WHERE id = $1
    ) INSERT INTO floor_event VALUES ($6, clock_timestamp(), 'session.issued', $1, $7)`,
};

/** Makes the tables. */
export async function prepareFloor(owner: pg.Client): Promise<void> {
  await owner.query(TABLES);
}

/** Writes the pending session and its event; returns the session's id. */
export async function reserve(
  pool: pg.Pool,
  applicationId: string,
  { externalUserId, labels, wire }: BareRequest,
): Promise<string> {
  const id = randomUUID();
  const detail = { provider: 'openai', type: 'REALTIME', model: wire.session.model };
  const config = JSON.stringify(wire.session);
  const event = [randomUUID(), JSON.stringify(detail)];
  const values = [id, applicationId, externalUserId, config, JSON.stringify(labels), ...event];
  await pool.query({ ...RESERVE, values });
  return id;
}

type Minted = { id: string; minted: UpstreamAnswer; expiresAt: Date; fingerprint: string };

/** Writes what the mint came to and its event; returns the session's status. */
export async function settle(
  pool: pg.Pool,
  { id, minted: { session }, expiresAt, fingerprint }: Minted,
): Promise<string> {
  const detail = { expiresAt, fingerprint, upstreamSessionId: session.id };
  const event = [randomUUID(), JSON.stringify(detail)];
  const values = [id, expiresAt, fingerprint, session.id, JSON.stringify(session), ...event];
  await pool.query({ ...SETTLE, values });
  return 'ACTIVE';
}
