import type pg from 'pg';
import { query, statement } from '../platform/database/statement.ts';
import { toJsonb } from '../platform/database/to-jsonb.ts';
import type { CallStore, OwnedCall, Redeemed } from './call-store.ts';
import { OWNED_FIELDS, type OwnedRow, ownedColumns, ownedTables, toOwned } from './owned-call.db.ts';

type Verdict = 'redeemed' | Extract<Redeemed, { kind: 'refused' }>['why'];

const REDEEM = statement<{ verdict: Verdict; session_id: string | null }>()({
  name: 'redeem-secret',
  text: 'SELECT * FROM redeem_secret($1::jsonb, $2, $3::double precision, $4::double precision)',
  columns: ['verdict', 'session_id'],
});

const FIND_OWNED = statement<OwnedRow>()({
  name: 'find-owned-call',
  text: `SELECT ${ownedColumns} FROM ${ownedTables} WHERE c.session_id = $1::uuid AND c.ended_at IS NULL`,
  columns: OWNED_FIELDS,
});

/** Uses a secret up and begins its call, or says why not. @throws UnavailableError */
export async function redeemSecret(
  pool: pg.Pool,
  ...[fingerprints, { instanceId, leaseSeconds }, { connectWithinSeconds }]: Parameters<CallStore['redeem']>
): Promise<Redeemed> {
  const values = [toJsonb(fingerprints), instanceId, leaseSeconds, connectWithinSeconds];
  const [row] = await query(pool, REDEEM, values);
  if (row === undefined) throw new Error('redeem_secret returned nothing');
  if (row.verdict !== 'redeemed') return { kind: 'refused', why: row.verdict };
  const call = row.session_id === null ? null : await findOwned(pool, row.session_id);
  // Ended between the two statements: only somebody's hand in the database can do that.
  return call === null ? { kind: 'refused', why: 'revoked' } : { kind: 'redeemed', call };
}

/** A call that has not ended, for the gateway that owns it. @throws UnavailableError */
export async function findOwned(pool: pg.Pool, id: string): Promise<OwnedCall | null> {
  const [row] = await query(pool, FIND_OWNED, [id]);
  return row === undefined ? null : toOwned(row);
}
