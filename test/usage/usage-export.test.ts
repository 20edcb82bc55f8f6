import { beforeAll, describe, expect, test } from 'vitest';
import { fromUnits, toUnits } from '../../src/platform/validation/decimal.ts';
import { createDocumentedRole } from '../support/documented-role.ts';
import { use, useDatabase } from '../support/fixture.ts';
import { runCommand } from '../support/run-command.ts';
import { runInShell } from '../support/run-in-shell.ts';
import { withoutLedger } from '../support/without-ledger.ts';

// `gatehouse usage export`, as an accountant runs it.

const OCTOBER = ['--from', '2026-10-01T00:00:00+02:00', '--to', '2026-11-01T00:00:00+01:00'];
const AMSTERDAM = ['--time-zone', 'Europe/Amsterdam'];
/** More than a page of them. */
const CALLERS = 1100;
const STRANGE = [
  '=1+1',
  '+1',
  '-1',
  '@sum',
  '\ttab',
  '\rreturn',
  "'=quoted",
  'say "hi", twice\r\nthen go',
  '-',
];

const database = useDatabase();
const accountant = use(
  () => createDocumentedRole(database, 'operations.md', 'gatehouse_reports'),
  ({ drop }) => drop(),
);
beforeAll(async () => {
  await fill();
});

/** Of October 2026, everybody a response; clocks in Amsterdam are changed on the 25th. */
async function fill(): Promise<void> {
  await database.query(`SELECT create_partitions('2026-09-01', '2026-11-30')`);
  await database.query(`INSERT INTO application (name) VALUES ('shop'), ('=desk')`);
  await database.query(
    `INSERT INTO end_user (external_id) SELECT 'caller-' || n FROM generate_series(1, $1) AS n UNION ALL SELECT unnest($2::text[])`,
    [CALLERS, [...STRANGE, 'gone']],
  );
  await record(
    `SELECT 'shop' AS app, external_id AS person, '2026-10-20T12:00:00Z'::timestamptz AS at, 'a' AS model,
       1234567890 AS tokens, '0.000000000001'::numeric * (1 + n) AS cost, 0.1::numeric AS seconds
     FROM (SELECT external_id, row_number() OVER () AS n FROM end_user) AS everybody`,
  );
  // An hour before, in, and after the longest day; 2:30 twice.
  await record(
    `SELECT '=desk', 'caller-1', at::timestamptz, model, 7, cost, 12.345678901234
     FROM (VALUES ('2026-10-24T21:30:00Z', '=b', NULL::numeric), ('2026-10-24T22:00:00Z', 'c', 0.5), ('2026-10-25T00:30:00Z', '=b', NULL),
       ('2026-10-25T01:30:00Z', 'c', 0.25), ('2026-10-25T22:59:59Z', 'd', NULL), ('2026-10-25T23:00:00Z', 'c', 1)) AS night (at, model, cost)`,
  );
  // In Havana midnight comes twice: at 4:00 and at 5:00.
  await record(
    `SELECT 'shop', 'caller-1', at::timestamptz, 'c', 7, 0, 0
     FROM (VALUES ('2026-11-01T03:59:59Z'), ('2026-11-01T04:30:00Z'), ('2026-11-01T05:30:00Z'), ('2026-11-02T05:00:00Z')) AS night (at)`,
  );
  await database.query(
    `INSERT INTO realtime_session (id, user_id, application_id, provider, created_at, deadline, requested_ttl_seconds,
       session_limit_seconds, outcome, settled_at, expires_at, secret_fingerprint, secret_fingerprint_key_id,
       secret_prefix, secret_last_four, upstream_session_id, object, type, model, modalities, tools, labels)
     SELECT uuidv7_at(at), u.id, a.id, 'sandbox', at, at, 60, 60, 'ISSUED', at, at, repeat('0', 64), 'k', 'ek_', 'last',
       'sess_' || u.id, 'realtime.session', 'REALTIME', 'a', '{AUDIO}', '[]', '[]'
     FROM end_user AS u, application AS a, (SELECT '2026-10-25T10:00:00Z'::timestamptz AS at) AS t
     WHERE a.name = 'shop' AND u.external_id IN ('caller-1', 'caller-2')`,
  );
  await database.query(`UPDATE usage_record SET estimated = true WHERE model = 'c'`);
  await database.query('SELECT count_usage(r, 1) FROM usage_record AS r');
  await database.query(`UPDATE end_user SET external_id = NULL WHERE external_id = 'gone'`);
}

/** Records of rows of app, person, at, model, tokens, cost and seconds. */
async function record(rows: string): Promise<void> {
  await database.query(
    `INSERT INTO usage_record
     SELECT uuidv7_at(at), 'APPLICATION', 'resp_' || row_number() OVER (), u.id, a.id, model, 'sandbox', at, now(), true,
       tokens, 0, 0, 0, 0, 0, 0, 0, tokens, seconds, cost, CASE WHEN cost IS NOT NULL THEN '{}'::jsonb END, '{}'
     FROM (${rows}) AS given (app, person, at, model, tokens, cost, seconds)
       JOIN end_user AS u ON u.external_id = person JOIN application AS a ON a.name = app`,
  );
}

/** Nothing but what docs/operations.md says. */
const settings = () => ({ DATABASE_URL: accountant.url });

async function run(args: readonly string[]) {
  const ended = await runCommand(['usage', 'export', ...args], { env: settings() });
  return { ...ended, stderr: withoutLedger(ended.stderr) };
}

/** As RFC 4180 says, and nothing more lenient. */
function parseCsv(text: string): Record<string, string>[] {
  const lines: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text);
    if (found === null) throw new Error('This is no CSV');
    lines.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] !== ',') lines.push([]);
  }
  const [head = [], ...rows] = lines.slice(0, -1);
  return rows.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at] ?? 'missing'])));
}

async function exported(args: readonly string[]) {
  const { code, stdout, stderr } = await run(args);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/^(\d+ rows …\n)*\d+ rows: .*\.\n$/)]);
  return { rows: parseCsv(stdout), stdout, stderr };
}

const sumOf = (rows: readonly Record<string, string>[], column: string) =>
  fromUnits(rows.reduce((sum, row) => sum + (toUnits(row[column] ?? '') ?? 0n), 0n));

test('the whole of it is one row: a header, exact decimals, an unknown cost left empty', async () => {
  const { stdout, stderr } = await exported(OCTOBER);
  const [users] = await database.query<{ count: string; cost: string; tokens: string; seconds: string }>(
    `SELECT count(*), sum(cost) AS cost, sum(total_tokens) AS tokens, sum(transcription_seconds) AS seconds FROM usage_record WHERE at < '2026-10-31T23:00:00Z'`,
  );
  const [bound] = await database.query<{ cost: string }>(
    `SELECT trim_scale(sum(cost))::text AS cost FROM usage_record WHERE estimated AND at < '2026-10-31T23:00:00Z'`,
  );
  expect(bound?.cost).toMatch(/^\d/);
  const known = users?.cost.replace(/0+$/, '');
  const seconds = users?.seconds.replace(/0+$/, '');
  expect(stdout).toBe(
    'sessions_issued,responses,input_text_tokens,input_audio_tokens,input_image_tokens,cached_text_tokens,' +
      'cached_audio_tokens,cached_image_tokens,output_text_tokens,output_audio_tokens,total_tokens,' +
      'transcription_seconds,cost_usd,known_cost_usd,unpriced_responses,unpriced_models,estimated_cost_usd\r\n' +
      `2,${users?.count},${users?.tokens},0,0,0,0,0,0,0,${users?.tokens},${seconds},,${known},3,'=b; d,${bound?.cost}\r\n`,
  );
  expect(stderr).toBe(
    `1 rows: ${users?.count} responses, 2 sessions issued, ${users?.tokens} tokens, ${known} USD, and 3 responses without a known price.\n`,
  );
});

test('rows of any breakdown add up to the whole, to the last digit, over more than a page', async () => {
  const [whole] = (await exported(OCTOBER)).rows;
  for (const by of ['user', 'day,user,model', 'HOUR, user', 'application,model,provider', 'month']) {
    const { rows } = await exported([...OCTOBER, ...AMSTERDAM, '--by', by]);
    if (by.includes('user')) expect(rows.length).toBeGreaterThan(1000);
    const columns = [
      'sessions_issued',
      'responses',
      'total_tokens',
      'transcription_seconds',
      'known_cost_usd',
      'estimated_cost_usd',
    ];
    for (const column of [...columns, 'unpriced_responses'])
      expect([by, column, sumOf(rows, column)]).toEqual([by, column, whole?.[column]]);
    for (const row of rows)
      expect(row['cost_usd']).toBe(row['unpriced_responses'] === '0' ? row['known_cost_usd'] : '');
  }
});

test('days and hours begin where clocks say so, and stand there with their offset', async () => {
  const night = ['--from', '2026-10-24T22:00:00Z', '--to', '2026-10-26T23:00:00Z', ...AMSTERDAM];
  const days = await exported([...night, '--application', '=desk', '--by', 'day']);
  expect(days.rows.map(({ start, responses }) => [start, responses])).toEqual([
    ['2026-10-25T00:00:00+02:00', '4'],
    ['2026-10-26T00:00:00+01:00', '1'],
  ]);
  const hours = await exported([...night, '--application', '=desk', '--by', 'hour,model']);
  expect(hours.rows.map(({ start, model, cost_usd }) => [start, model, cost_usd])).toEqual([
    ['2026-10-25T00:00:00+02:00', 'c', '0.5'],
    ['2026-10-25T02:00:00+02:00', "'=b", ''],
    ['2026-10-25T02:00:00+01:00', 'c', '0.25'],
    ['2026-10-25T23:00:00+01:00', 'd', ''],
    ['2026-10-26T00:00:00+01:00', 'c', '1'],
  ]);
});

test.each(['America/Havana', 'america/havana', 'Cuba'])(
  'a day that begins twice is one row: %s',
  async (timeZone) => {
    const nights = ['--from', '2026-10-31T04:00:00Z', '--to', '2026-11-03T05:00:00Z', '--by', 'day,user'];
    const { rows } = await exported([...nights, '--time-zone', timeZone]);
    expect(rows.map(({ start, user, responses }) => [start?.slice(0, 10), user, responses])).toEqual([
      ['2026-10-31', 'caller-1', '1'],
      ['2026-11-01', 'caller-1', '2'],
      ['2026-11-02', 'caller-1', '1'],
    ]);
  },
);

test('what others named is no formula, and comes back as it was', async () => {
  const { rows, stdout } = await exported([...OCTOBER, '--by', 'user,application']);
  const names = rows.map(({ user }) => user ?? '');
  expect(names.filter((name) => /^[=+\-@\t\r]/.test(name))).toEqual([]);
  const given = names.map((name) => (name.startsWith("'") ? name.slice(1) : name));
  // Who was erased has no name.
  expect(given.filter((name) => !name.startsWith('caller-')).toSorted()).toEqual(['', ...STRANGE].toSorted());
  expect(stdout).toContain('"say ""hi"", twice\r\nthen go",shop,');
  expect(new Set(rows.map(({ application }) => application))).toEqual(new Set(['shop', "'=desk"]));
});

test('only one user; and a time in which there was nothing', async () => {
  const { rows } = await exported([...OCTOBER, '--user', '=1+1', '--by', 'user,model']);
  expect(rows.map(({ user, model, responses }) => [user, model, responses])).toEqual([["'=1+1", 'a', '1']]);
  const nothing = await exported(['--from', '2020-01-01', '--to', '2020-02-01', '--by', 'user']);
  expect(nothing.stdout.split('\r\n')).toEqual([expect.stringMatching(/^user,sessions_issued,/), '']);
  expect(nothing.stderr).toBe('0 rows: 0 responses, 0 sessions issued, 0 tokens, 0 USD.\n');
});

test('--json: each row as the API has it', async () => {
  const csv = await exported([...OCTOBER, '--by', 'month,user,model']);
  const { code, stdout } = await run([...OCTOBER, '--by', 'month,user,model', '--json']);
  const rows = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect([code, rows.length]).toEqual([0, csv.rows.length]);
  const fields = rows.map(({ sessionsIssued, model, totals }) => [
    String(sessionsIssued),
    model,
    String(totals.totalTokens),
    totals.costUsd ?? '',
    totals.costEstimatedUsd,
  ]);
  const cells = csv.rows.map((row) => [
    row['sessions_issued'],
    // CSV has an apostrophe before what a spreadsheet would run.
    row['model']?.replace(/^'/, ''),
    row['total_tokens'],
    row['cost_usd'],
    row['estimated_cost_usd'],
  ]);
  expect(fields).toEqual(cells);
  expect(rows[0]).toMatchObject({
    start: expect.stringMatching(/^20\d\d-\S+Z$/),
    user: { id: expect.any(String), externalId: expect.any(String) },
    application: null,
    provider: null,
  });
});

test('who stops reading ends it, quietly', async () => {
  const args = ['usage', 'export', ...OCTOBER, '--by', 'day,user,model'];
  const { code, stderr } = await runInShell(args, { env: settings(), unread: true });
  expect([code, withoutLedger(stderr)]).toEqual([0, '']);
});

describe('what cannot be exported', () => {
  test.each<[string, string[], string]>([
    ['no beginning', ['--to', '2026-11-01'], '--from'],
    ['no end', ['--from', '2026-11-01'], '--to'],
    ['no time', [...OCTOBER, '--to', 'soon'], '--to'],
    ['no such day', [...OCTOBER, '--to', '2026-11-31'], 'It must be a day that its month has.'],
    ['a time of nowhere in particular', [...OCTOBER, '--to', '2026-11-01T00:00:00'], '--to'],
    ['nothing between', ['--from', '2026-11-01', '--to', '2026-11-01'], '--to must be after --from'],
    ['no place', [...OCTOBER, '--time-zone', 'Europe/Atlantis'], '--time-zone must be an IANA time zone'],
    ['an unknown dimension', [...OCTOBER, '--by', 'day,colour'], '--by'],
    ['two times', [...OCTOBER, '--by', 'hour,day'], '--by can have one of hour, day and month'],
    ['an unknown application', [...OCTOBER, '--application', 'nobody'], '--application names no application'],
    ['an unknown user', [...OCTOBER, '--user', 'nobody'], '--user names no user'],
  ])('%s', async (_, args, problem) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(problem);
  });
});
