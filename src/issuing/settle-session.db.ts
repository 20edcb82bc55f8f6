import type pg from 'pg';
import { actorColumns } from '../audit/event-columns.db.ts';
import { query, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { type Together, unlessRolledBack } from '../platform/database/together.ts';
import { exposedUntil } from '../sessions/exposed-until.db.ts';
import type { Session } from '../sessions/session.ts';
import { redactedSecret, statusColumnsAt } from '../sessions/session-row.db.ts';
import type { IssueStore, Settlement } from './issue-store.ts';
import { settlementByColumn, settlementEvent } from './session-columns.db.ts';

/** What the gateway does not know of a session that it settled. */
type Row = Pick<Session, 'status' | 'issuedAt' | 'readAt' | 'revokedAt' | 'exposedUntil'>;
/** The arguments of `settle` of the store. */
export type SettleRequest = Parameters<IssueStore['settle']>;

const settledColumns = (now: string) =>
  `${statusColumnsAt(now)}, s.revoked_at AS "revokedAt", ${exposedUntil('s', 'none')} AS "exposedUntil"`;
const SETTLED_FIELDS = ['status', 'issuedAt', 'readAt', 'revokedAt', 'exposedUntil'] as const;

const SETTLE = statement<Row>()({
  name: 'settle-session',
  text: `
    SELECT ${settledColumns('now()')}
    FROM settle_session($1::uuid, $2::jsonb, $3::timestamptz, $4::jsonb) AS s`,
  columns: SETTLED_FIELDS,
});

const SETTLE_TOGETHER = statement<Row & { readonly place: number }>()({
  name: 'settle-sessions',
  text: `SELECT s.place, ${settledColumns('s.read_at')} FROM settle_sessions($1::jsonb) AS s`,
  columns: ['place', ...SETTLED_FIELDS],
});

/**
 * Settles a pending session and writes its event, in one transaction and one round trip (settle-session.sql); null when
 * it matches no row: settled already, past its deadline, later than `notAfter`, or to be issued although it was withdrawn.
 * @throws UnavailableError when it may not have been written
 */
export async function settleSession(pool: pg.Pool, request: SettleRequest): Promise<Session | null> {
  const { id, columns, notAfter, event } = valuesOf(request);
  const [row] = await query(pool, SETTLE, [id, columns, notAfter, event]);
  return row === undefined ? null : settledSession(request, columns, row);
}

/**
 * Settles sessions in one transaction and one round trip (settle-sessions.sql).
 * @returns of each, in their order, what settleSession returns, or that it has to be settled by itself
 * @throws UnavailableError when they may not have been written
 */
export async function settleSessions(
  pool: pg.Pool,
  requests: readonly SettleRequest[],
): Promise<Together<Session | null>[]> {
  return unlessRolledBack(requests, async () => {
    const [first, second] = requests;
    // A tenth faster than as a batch of one.
    if (first !== undefined && second === undefined) return [{ result: await settleSession(pool, first) }];
    const all = requests.map(valuesOf);
    const items = all.map(
      ({ id, columns, notAfter, event }) =>
        `{"id":"${id}","notAfter":"${notAfter}","settlement":${columns},"event":${event}}`,
    );
    const rows = await query(pool, SETTLE_TOGETHER, [`[${items.join(',')}]`]);
    const byPlace = new Map(rows.map(({ place, ...row }) => [place, row]));
    return requests.map((request, place) => {
      const row = byPlace.get(place);
      const columns = all[place]?.columns ?? '';
      return { result: row === undefined ? null : settledSession(request, columns, row) };
    });
  });
}

/** The arguments of settle_session, as texts. */
function valuesOf([reserved, settlement, { actor, origin, notAfter }]: SettleRequest) {
  return {
    id: reserved.id,
    columns: toJsonb(settlementByColumn(settlement, reserved.config)),
    notAfter: notAfter.toISOString(),
    event: toJsonb({ ...actorColumns(actor, origin), ...settlementEvent(settlement) }),
  };
}

/** A settlement as it is stored: where the ledger cannot hold a character, with what replaced it in `columns`. */
function asStored(settlement: Settlement, columns: string): Settlement {
  if (settlement.kind !== 'issued' || !columns.includes('\ufffd')) return settlement;
  const { config, upstreamConfig } = settlement;
  const stored: Pick<typeof settlement, 'config' | 'upstreamConfig'> = JSON.parse(
    toJsonb({ config, upstreamConfig }),
  );
  return { ...settlement, ...stored };
}

function settledSession([reserved, requested]: SettleRequest, columns: string, row: Row): Session {
  const settlement = asStored(requested, columns);
  const settled = { ...reserved, ...row };
  if (settlement.kind !== 'issued') return { ...settled, failure: settlement.failure, upstreamConfig: null };
  const { secret, config, upstreamSessionId, upstreamConfig } = settlement;
  const { expiresAt, prefix: secretPrefix, lastFour: secretLastFour, fingerprint } = secret;
  const redacted = redactedSecret({
    id: settled.id,
    expiresAt,
    secretPrefix,
    secretLastFour,
    readAt: row.readAt,
  });
  return {
    ...settled,
    config,
    model: config.model,
    voice: config.voice,
    upstreamSessionId,
    upstreamConfig,
    clientSecret: redacted === null ? null : { ...redacted, fingerprint },
  };
}
