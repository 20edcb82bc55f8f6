import type pg from 'pg';
import { Secret } from '../../src/platform/redaction/secret.ts';

type Query = <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/** How many of these secrets have no session that the ledger and its trail say was issued. `key`: of the fingerprints. */
export async function countUnrecorded(
  query: Query,
  key: Uint8Array,
  secrets: Iterable<string>,
): Promise<number> {
  const fingerprints = [...secrets].map((secret) => new Secret(secret).fingerprint({ id: '', bytes: key }));
  const [found] = await query<{ count: number }>(
    `SELECT count(*)::integer FROM unnest($1::text[]) AS held WHERE NOT EXISTS (
       SELECT FROM realtime_session AS s JOIN audit_event AS e ON e.session_id = s.id AND e.action = 'session.issued'
       WHERE s.secret_fingerprint = held AND s.outcome = 'ISSUED')`,
    [fingerprints],
  );
  if (found === undefined) throw new Error('A count has a row');
  return found.count;
}
