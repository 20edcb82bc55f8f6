import type pg from 'pg';

/** Makes the month of fourteen months ago and fills it; answers its size in MB, with indexes. */
export async function fillMonth(owner: pg.Client, rows: number): Promise<number> {
  const start = `date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '14 months'`;
  await owner.query(`SELECT create_partitions(${start}, ${start})`);
  await owner.query(
    `INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline, requested_ttl_seconds,
       session_limit_seconds, outcome, settled_at, expires_at, secret_fingerprint, secret_fingerprint_key_id,
       secret_prefix, secret_last_four, upstream_session_id, object, type, model, modalities, instructions, tools, labels)
     SELECT uuidv7_at(at), u.id, a.id, 'sandbox', at, at, 60, 60, 'ISSUED', at, at, repeat(md5('month' || n), 2), 'k', 'ek_', 'last',
       'sess_' || n, 'realtime.session', 'REALTIME', 'gpt-realtime', '{AUDIO}', repeat('Be kind. ', 20), '[]', '[]'
     FROM application AS a, (SELECT array_agg(id) AS ids FROM end_user) AS users,
       generate_series(1, $1::integer) AS n,
       LATERAL (SELECT ${start} + n * interval '28 days' / $1) AS t (at),
       LATERAL (SELECT ids[1 + n % cardinality(ids)]) AS u (id)`,
    [rows],
  );
  // As months that are old have been: otherwise counting would be the first to write down that the rows are there.
  await owner.query('VACUUM ANALYZE realtime_session');
  const { rows: sizes } = await owner.query<{ megabytes: number }>(
    `SELECT (sum(pg_total_relation_size(inhrelid)) / 1e6)::integer AS megabytes
     FROM pg_inherits WHERE inhparent = 'realtime_session'::regclass`,
  );
  return sizes[0]?.megabytes ?? 0;
}
