import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../support/fixture.ts';
import { INSERT } from '../../support/partitions.ts';

// Triggers hold the rows of these tables, because CHECKs cost a third of a mint (check-session.sql).
const database = useDatabase();

const now = new Date();
const FINGERPRINT = '0'.repeat(64);
const ISSUED = {
  ...{ outcome: 'ISSUED', settled_at: now, expires_at: now, secret_fingerprint: FINGERPRINT },
  ...{ secret_fingerprint_key_id: 'k', secret_prefix: 'ek_', secret_last_four: 'abcd' },
};
const FAILED = { outcome: 'FAILED', settled_at: now, failure_code: 'x' };
type Change = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  await database.query(INSERT.realtime_session, [[now]]);
  await database.query(INSERT.audit_event, [[now]]);
  await database.query(`INSERT INTO end_user (external_id) VALUES ('somebody')`);
});

const REFUSED: Readonly<Record<string, readonly (readonly [column: string, change: Change])[]>> = {
  realtime_session: [
    ['requested_ttl_seconds', { requested_ttl_seconds: 9 }],
    ['requested_ttl_seconds', { requested_ttl_seconds: 7201 }],
    ['session_limit_seconds', { session_limit_seconds: 0 }],
    ['session_limit_seconds', { session_limit_seconds: 7201 }],
    ['secret_fingerprint', { ...ISSUED, secret_fingerprint: 'x' }],
    ['secret_prefix', { ...ISSUED, secret_prefix: 'x'.repeat(10) }],
    ['secret_last_four', { ...ISSUED, secret_last_four: 'abcde' }],
    ['failure_upstream_param', { ...FAILED, failure_upstream_param: 'x'.repeat(129) }],
    ['type', { type: 'OTHER' }],
    ['modalities', { modalities: ['SMELL'] }],
    ['input_audio_format', { input_audio_format: 'MP3' }],
    ['output_audio_format', { output_audio_format: 'MP3' }],
    ['input_audio_noise_reduction', { input_audio_noise_reduction: { type: 'OTHER' } }],
    ['tools', { tools: {} }],
    ['max_response_output_tokens', { max_response_output_tokens: '0' }],
    ['labels', { labels: {} }],
    ['outcome', { outcome: 'OTHER' }],
    ['outcome', { ...ISSUED, settled_at: null }],
    ['outcome', { ...ISSUED, expires_at: null }],
    ['outcome', { ...ISSUED, secret_fingerprint: null }],
    ['outcome', { ...ISSUED, secret_last_four: null }],
    ['outcome', { ...ISSUED, failure_code: 'x' }],
    ['outcome', { ...FAILED, failure_code: null }],
    ['outcome', { ...FAILED, settled_at: null }],
    ['outcome', { ...FAILED, expires_at: now }],
    ['outcome', { ...FAILED, secret_fingerprint: FINGERPRINT }],
    ['outcome', { ...FAILED, outcome: 'UNCONFIRMED', expires_at: now }],
    ['outcome', { settled_at: now }],
    ['outcome', { expires_at: now }],
    ['outcome', { secret_fingerprint: FINGERPRINT }],
    ['outcome', { failure_code: 'x' }],
    ['failure_code', { failure_retry_at: now }],
    ['failure_code', { failure_upstream_param: 'x' }],
  ],
  audit_event: [
    ['action', { action: 'Nothing' }],
    ['outcome', { outcome: 'OTHER' }],
    ['actor_kind', { actor_kind: 'OTHER' }],
    ['detail', { detail: [] }],
  ],
  end_user: [
    ['external_id', { external_id: '' }],
    ['external_id', { external_id: 'x'.repeat(256) }],
    ['allowed_models', { allowed_models: {} }],
    ['allowed_providers', { allowed_providers: {} }],
    ['max_ttl_seconds', { max_ttl_seconds: 9 }],
    ['max_active_sessions', { max_active_sessions: -1 }],
    ['max_mints_per_minute', { max_mints_per_minute: -1 }],
    ['max_mints_per_day', { max_mints_per_day: -1 }],
    ['monthly_budget_usd', { monthly_budget_usd: -1 }],
    ['erasure_began_at', { erasure_began_at: now }],
    ['erased_at', { external_id: null, erased_at: now }],
  ],
};

describe.each(Object.entries(REFUSED))('a row of %s', (table, rules) => {
  it.each(rules)('keeps the rule of %s (%#)', async (column, change) => {
    const refusal = { code: '23514', column };
    await expect(update(table, change)).rejects.toMatchObject(refusal);
    await expect(insert(table, { external_id: 'another', ...change })).rejects.toMatchObject(refusal);
  });
});

it.each([
  ['issued', ISSUED],
  ['failed', { ...FAILED, failure_upstream_param: 'x', failure_retry_at: now }],
  ['unconfirmed', { ...FAILED, outcome: 'UNCONFIRMED' }],
  ['pending and revoked', { revoked_at: now }],
])('a session can be %s', async (_, change) => {
  await insert('realtime_session', change);
});

/** Changes columns of the rows. */
function update(table: string, change: Change) {
  const columns = Object.keys(change).join(', ');
  return database.query(
    `UPDATE ${table} AS t SET (${columns}) = (SELECT ${columns} FROM jsonb_populate_record(t, $1))`,
    [change],
  );
}

/** Inserts a copy of a row, with other values in some columns. */
function insert(table: string, change: Change) {
  const other = `$1::jsonb || jsonb_build_object('id', uuidv7_at(clock_timestamp()))`;
  return database.query(
    `INSERT INTO ${table} SELECT copied.* FROM (SELECT * FROM ${table} ORDER BY id LIMIT 1) AS original,
     jsonb_populate_record(NULL::${table}, to_jsonb(original) || ${other}) AS copied`,
    [change],
  );
}
