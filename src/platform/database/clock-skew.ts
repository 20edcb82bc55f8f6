import type pg from 'pg';

/** What cannot be undone waits while the clocks of database and gateway differ by more than this. */
export const MAX_SKEW_SECONDS = 60;

/**
 * SQL that selects `columns` where the database's clock agrees with the gateway's, and nothing where it does not. Columns
 * go by `moment`, which is the one reading of the database's clock that was compared: it may jump between two readings.
 * @param gatewayTime the placeholder of the gateway's time, e.g. "$3"
 */
export function selectIfClocksAgree(columns: string, gatewayTime: string): string {
  return `SELECT ${columns} FROM clock_timestamp() AS moment
    WHERE abs(extract(epoch FROM moment - ${gatewayTime}::timestamptz)) <= ${MAX_SKEW_SECONDS}`;
}

/** By how many seconds the database's clock is ahead of this process' own; negative when it is behind. */
export async function measureClockSkew(client: pg.Pool | pg.ClientBase): Promise<number> {
  const askedAt = Date.now();
  const { rows } = await client.query<{ now: string }>(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS now',
  );
  const answeredAt = Date.now();
  const now = Number(rows[0]?.now);
  // Somewhere between question and answer it was read.
  if (now < askedAt) return (now - askedAt) / 1000;
  return Math.max(0, now - answeredAt) / 1000;
}
