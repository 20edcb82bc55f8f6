import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { APPLICATIONS, externalIdOf } from './subscribers.ts';

/** A change that was written: its event's id, and whose session it was of. */
export const change = z.object({ id: z.string(), user: z.number(), application: z.number() });
export type Change = z.infer<typeof change>;

const TICK_MS = 50;

const SESSIONS = `
  INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline, requested_ttl_seconds,
    session_limit_seconds, object, type, model, modalities, tools, labels, instructions, outcome, settled_at, expires_at,
    secret_fingerprint, secret_fingerprint_key_id, secret_prefix, secret_last_four)
  SELECT uuidv7_at(now()), u.id, $2::uuid, 'openai', now(), now(), 60, 3600, 'realtime.session', 'REALTIME', 'gpt-realtime',
    '{AUDIO}', '[]', '[]', repeat('Speak slowly. ', 70), 'ISSUED', now(), now() + interval '2 hours', repeat(md5(u.external_id), 2), 'k', 'ek_', 'abcd'
  FROM end_user AS u WHERE u.external_id = $1 RETURNING id`;

const CHANGES = `
  INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, session_id, user_id, application_id, detail)
  SELECT uuidv7_at(clock_timestamp()), clock_timestamp(), 'session.issued', 'SUCCEEDED', 'OPERATOR', 'root', s.id, s.user_id, s.application_id, '{}'
  FROM realtime_session AS s WHERE s.id = ANY($1::uuid[]) RETURNING id, session_id`;

type Session = { readonly id: string; readonly user: number; readonly application: number };

/** A session for each user, in turn of each application. */
export async function makeSessions(
  url: string,
  users: number,
  applications: readonly string[],
): Promise<Session[]> {
  await using client = await connect(url);
  const sessions: Session[] = [];
  for (let user = 0; user < users; user += 1) {
    const application = user % APPLICATIONS;
    await client.query('INSERT INTO end_user (external_id) VALUES ($1)', [externalIdOf(user)]);
    const applicationId = Buffer.from(applications[application] ?? '', 'base64')
      .toString()
      .split(':')[1];
    const { rows } = await client.query<{ id: string }>(SESSIONS, [externalIdOf(user), applicationId]);
    sessions.push({ id: rows[0]?.id ?? '', user, application });
  }
  return sessions;
}

/** Writes changes at a rate, each tick's in a transaction of its own, and says so as gateways do. */
export async function writeChanges(
  url: string,
  sessions: readonly Session[],
  { changes, seconds }: { readonly changes: number; readonly seconds: number },
  signal: AbortSignal,
): Promise<Change[]> {
  await using client = await connect(url);
  const bySession = new Map(sessions.map((session) => [session.id, session]));
  const written: Change[] = [];
  const total = changes * seconds;
  const begin = performance.now();
  for (let next = 0; next < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - begin) * changes) / 1000));
    const ids: string[] = [];
    for (; next < due; next += 1) ids.push(sessions[(next * 7919) % sessions.length]?.id ?? '');
    const { rows } = await client.query<{ id: string; session_id: string }>(CHANGES, [ids]);
    await client.query('NOTIFY gatehouse_trail');
    for (const { id, session_id } of rows) {
      const { user = -1, application = -1 } = bySession.get(session_id) ?? {};
      written.push({ id, user, application });
    }
    await delay(TICK_MS, undefined, { signal });
  }
  return written;
}

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
