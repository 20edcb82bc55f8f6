import type pg from 'pg';
import { actorColumns } from '../audit/event-columns.db.ts';
import { query, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import { exposedUntil } from '../sessions/exposed-until.db.ts';
import type { Session } from '../sessions/session.ts';
import { redactedSecret, statusColumns } from '../sessions/session-row.db.ts';
import type { IssueStore, Settlement } from './issue-store.ts';
import { settlementByColumn, settlementEvent } from './session-columns.db.ts';

/** What the gateway does not know of a session that it settled. */
type Row = Pick<Session, 'status' | 'issuedAt' | 'readAt' | 'revokedAt' | 'exposedUntil'>;

const SETTLE = statement<Row>()({
  name: 'settle-session',
  text: `
    SELECT ${statusColumns}, s.revoked_at AS "revokedAt", ${exposedUntil('s', 'none')} AS "exposedUntil"
    FROM settle_session($1::uuid, $2::jsonb, $3::timestamptz, $4::jsonb) AS s`,
  columns: ['status', 'issuedAt', 'readAt', 'revokedAt', 'exposedUntil'],
});

/**
 * Settles a pending session and writes its event, in one transaction and one round trip (settle-session.sql); null when
 * it matches no row: settled already, past its deadline, later than `notAfter`, or to be issued although it was withdrawn.
 * @throws UnavailableError when it may not have been written
 */
export async function settleSession(
  pool: pg.Pool,
  ...[reserved, settlement, { actor, origin, notAfter }]: Parameters<IssueStore['settle']>
): Promise<Session | null> {
  const event = { ...actorColumns(actor, origin), ...settlementEvent(settlement) };
  const columns = toJsonb(settlementByColumn(settlement, reserved.config));
  const [row] = await query(pool, SETTLE, [reserved.id, columns, notAfter.toISOString(), toJsonb(event)]);
  return row === undefined ? null : settledSession(reserved, asStored(settlement, columns), row);
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

function settledSession(reserved: Session, settlement: Settlement, row: Row): Session {
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
