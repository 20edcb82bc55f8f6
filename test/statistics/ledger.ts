import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '../support/database.ts';
import type { Counted } from './model.ts';

const SYSTEM = JSON.stringify({ actor_kind: 'SYSTEM', actor_name: 'test' });
const FOREVER = '2100-01-01T00:00:00Z';

type SessionRow = Extract<Counted, { kind: 'session' }>;

/** A ledger whose rows are as old as a test says, and what is known of them. */
export type Ledger = Awaited<ReturnType<typeof createLedger>>;

/**
 * Empties the ledger, and the sums, and makes people.
 * @param applications ids by name
 */
export async function createLedger(database: TestDatabase, applications: ReadonlyMap<string, string>) {
  await database.query(
    `TRUNCATE realtime_session, audit_event, audit_identity, session_sum, session_rollup, application_user;
     UPDATE session_sum_progress SET summed_to = 'epoch', as_of = 'epoch'`,
  );
  const people = await database.query<{ id: string; name: string }>(
    `INSERT INTO end_user (external_id) SELECT name || ' ' || gen_random_uuid() FROM unnest('{ann,ben,cat,dan}'::text[]) AS name
     RETURNING id, external_id AS name`,
  );
  const all: Counted[] = [];
  const gone = new Set<string>();
  const sessions = () => all.filter((one) => one.kind === 'session');
  const change = (session: SessionRow, changes: Partial<SessionRow>) => void Object.assign(session, changes);

  return {
    all,
    people,
    /** Those who have sessions: the last one never has. */
    present: () => people.slice(0, 3).filter(({ id }) => !gone.has(id)),
    isGone: (id: string) => gone.has(id),
    pending: () => sessions().filter(({ outcome }) => outcome === 'pending'),
    live: () => sessions().filter(({ live }) => live),

    /** @param overdue its deadline has passed, so it reads as UNCONFIRMED */
    async reserve(
      row: Pick<SessionRow, 'at' | 'user' | 'application' | 'provider' | 'model'>,
      overdue: boolean,
    ) {
      const [stored] = await database.query<{ id: string }>(
        `WITH pair AS (
           INSERT INTO application_user VALUES ($3, $2, now()) ON CONFLICT DO NOTHING
         )
         INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline,
           requested_ttl_seconds, session_limit_seconds, object, type, model, modalities, tools, labels)
         SELECT uuidv7_at(at), $2, $3, $4, at, CASE WHEN $6 THEN at ELSE '${FOREVER}' END, 60, 60, 'realtime.session',
           'REALTIME', $5, '{TEXT}', '[]', '[]'
         FROM (SELECT timestamptz 'epoch' + $1::bigint * interval '1 microsecond' AS at) AS given
         RETURNING id`,
        [row.at, row.user, applications.get(row.application ?? ''), row.provider, row.model, overdue],
      );
      all.push({
        ...row,
        kind: 'session',
        id: stored?.id ?? '',
        outcome: overdue ? 'unconfirmed' : 'pending',
        failureCode: overdue ? 'not_settled' : null,
        ...{ revoked: false, live: false, mintTook: 0 },
      });
    },

    async issue(session: SessionRow, mintTook: number) {
      await database.query(
        `UPDATE realtime_session SET outcome = 'ISSUED', settled_at = created_at + $2::bigint * interval '1 microsecond',
           expires_at = '${FOREVER}', secret_fingerprint = repeat('0', 64), secret_fingerprint_key_id = 'k',
           secret_prefix = '', secret_last_four = '' WHERE id = $1`,
        [session.id, mintTook],
      );
      change(session, { outcome: 'issued', live: !session.revoked, mintTook });
    },

    async fail(session: SessionRow, outcome: 'failed' | 'unconfirmed', failureCode: string) {
      await database.query(
        `UPDATE realtime_session SET outcome = upper($2), settled_at = now(), failure_code = $3 WHERE id = $1`,
        [session.id, outcome, failureCode],
      );
      change(session, { outcome, failureCode });
    },

    async revoke(session: SessionRow) {
      await database.query('SELECT FROM revoke_session($1, $2::jsonb)', [session.id, SYSTEM]);
      change(session, { revoked: true, live: false });
    },

    async expire(session: SessionRow) {
      await database.query(
        `UPDATE realtime_session SET expires_at = now() - interval '1 second' WHERE id = $1`,
        [session.id],
      );
      await database.query('SELECT announce_expired(100, $1::jsonb, clock_timestamp())', [SYSTEM]);
      change(session, { live: false });
    },

    async deny(denial: Omit<Extract<Counted, { kind: 'denial' }>, 'kind'>) {
      await database.query(
        `INSERT INTO audit_event (id, at, action, outcome, actor_kind, actor_name, application_id, user_id, detail, request_id)
         SELECT uuidv7_at(at), at, 'session.denied', 'DENIED', 'OPERATOR', 'test', $2, $3,
           jsonb_strip_nulls(jsonb_build_object('reason', $4::text, 'provider', $5::text, 'model', $6::text)), $7
         FROM (SELECT timestamptz 'epoch' + $1::bigint * interval '1 microsecond' AS at) AS given`,
        [
          denial.at,
          applications.get(denial.application ?? '') ?? null,
          ...[denial.user, denial.reason, denial.provider, denial.model, randomUUID()],
        ],
      );
      all.push({ ...denial, kind: 'denial' });
    },

    /** Erases a person, as eraseUser begins to. */
    async erase(id: string) {
      // Which of the two settles an overdue session would be a matter of chance.
      await database.query('SELECT settle_overdue(1000, $1::jsonb, clock_timestamp())', [SYSTEM]);
      await database.query(`SELECT FROM begin_erasure($1, '{"keyId":"k","mac":"00"}', $2::jsonb)`, [
        id,
        SYSTEM,
      ]);
      gone.add(id);
      for (const session of sessions())
        if (session.user === id && session.outcome === 'pending')
          change(session, { outcome: 'unconfirmed', failureCode: 'withdrawn' });
    },
  };
}
