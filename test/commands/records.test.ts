import { beforeAll, describe, expect, test } from 'vitest';
import { issue, readSession, readUser } from '../support/ask.ts';
import { askAs, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { runCommand, type Surroundings } from '../support/run-command.ts';
import { runInShell } from '../support/run-in-shell.ts';
import { withoutLedger } from '../support/without-ledger.ts';

// What an operator reads and changes from a shell: keys, sessions and users.

const database = useDatabase();
const gateway = useGateway(database);

/** No root key and no provider: a command asks for none. */
const settings = () => ({
  DATABASE_URL: database.url,
  DATABASE_OWNER_URL: database.ownerUrl,
  GATEHOUSE_AUDIT_KEY: Buffer.alloc(32, 2).toString('base64'),
});

async function run(args: readonly string[], surroundings: Surroundings = {}) {
  const ended = await runCommand(args, { env: settings(), ...surroundings });
  return { ...ended, stderr: withoutLedger(ended.stderr) };
}

/** The lines of JSON that a list prints. */
async function listed(...args: readonly string[]) {
  const { code, stdout } = await run([...args, '--json']);
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Who did what, newest last. */
const changes = (actions: readonly string[]) =>
  database.query<{ action: string; actor_kind: string; user_agent: string }>(
    'SELECT action, actor_kind, user_agent FROM audit_event WHERE action = ANY ($1) ORDER BY id',
    [actions],
  );

describe('session', () => {
  const SECRETS: string[] = [];
  beforeAll(async () => {
    const inputs = [
      { externalUserId: 'alice', labels: [{ key: 'team', value: 'support' }] },
      { externalUserId: 'alice', model: 'sandbox-401' },
      { externalUserId: 'bob\u001b[31m', instructions: 'Be kind.\nAlways.' },
    ];
    for (const input of inputs) {
      const issued = await issue(gateway, input);
      if (issued.clientSecret) SECRETS.push(issued.clientSecret.value);
    }
  });
  const uuids = async () =>
    (await database.query<{ id: string }>('SELECT id FROM realtime_session ORDER BY id')).map(({ id }) => id);

  test.each<[string[], string[]]>([
    [[], ['bob\u001b[31m', 'alice', 'alice']],
    [['--limit', '1'], ['bob\u001b[31m']],
    [
      ['--user', 'alice'],
      ['alice', 'alice'],
    ],
    [['--user', 'alice', '--status', 'ACTIVE,PENDING'], ['alice']],
    [['--status', 'FAILED', '--status', 'UNCONFIRMED'], ['alice']],
    [['--model', 'sandbox-401, other'], ['alice']],
    [['--label', 'team=support'], ['alice']],
    [['--label', 'team=support', '--label', 'team=other'], []],
    [
      ['--application', 'default', '--from', '2020-01-01', '--to', '2999-01-01T00:00:00+01:00'],
      ['bob\u001b[31m', 'alice', 'alice'],
    ],
    [['--to', '2020-01-01'], []],
  ])('list %j', async (args, users) => {
    const rows = await listed('session', 'list', ...args);
    expect(rows.map(({ user }) => user.externalId)).toEqual(users);
  });

  test('list reads page after page, and no more than asked for', async () => {
    const input = { externalUserId: 'many', model: 'sandbox-401' };
    await Promise.all(Array.from({ length: 6 }, () => issue(gateway, input)));
    await database.query(`
      INSERT INTO realtime_session SELECT (jsonb_populate_record(s, jsonb_build_object('id', uuidv7_at(now())))).*
      FROM realtime_session AS s, generate_series(1, 40) WHERE s.model = 'sandbox-401' AND s.user_id = (SELECT id FROM end_user WHERE external_id = 'many')`);
    const all = await listed('session', 'list', '--user', 'many', '--limit', '1000');
    expect(new Set(all.map(({ id }) => id)).size).toBe(246);
    const cut = await run(['session', 'list', '--user', 'many', '--limit', '150', '--json']);
    expect(
      cut.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual(all.slice(0, 150));
    expect(cut.stderr).toBe('150 sessions, as many as --limit says; there may be more.\n');
  });

  test('list is a table for people, whom no text of others deceives', async () => {
    const { code, stdout, stderr } = await run(['session', 'list', '--user', 'bob\u001b[31m']);
    expect([code, stderr]).toEqual([0, '1 session.\n']);
    const [headings, row] = stdout.split('\n');
    expect(headings).toMatch(/^CREATED +STATUS +USER +APPLICATION +MODEL +EXPIRES +ID$/);
    expect(row).toMatch(/^2\S+Z +ACTIVE +bob\ufffd\[31m +default +gpt-realtime-2\.1 +2\S+Z +\S+$/);
    expect(row?.indexOf('ACTIVE')).toBe(headings?.indexOf('STATUS'));
  });

  test('show has the record with the names of the API and its events, and no secret', async () => {
    const [first = ''] = await uuids();
    const { code, stdout } = await run(['session', 'show', first, '--json']);
    const shown = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(shown).toMatchObject({
      status: 'ACTIVE',
      user: { externalId: 'alice' },
      labels: [{ key: 'team', value: 'support' }],
      clientSecret: { redacted: expect.stringContaining('…') },
      auditEvents: { nodes: [{ action: 'session.issued' }, { action: 'session.requested' }] },
    });
    const { auditEvents: _, ...facts } = await readSession(gateway, shown.id);
    expect(shown).toMatchObject(facts);
    const people = await run(['session', 'show', shown.id]);
    expect(people.stdout).toMatch(/^status +ACTIVE$/m);
    expect(people.stdout).toMatch(/^labels +team=support$/m);
    expect(people.stdout).toMatch(/^2\S+Z +session\.issued +SUCCEEDED/m);
    expect(SECRETS).toHaveLength(2);
    for (const secret of SECRETS) expect(stdout + people.stdout).not.toContain(secret);
  });

  test('revoke marks it, with the reason, as an operator of the command line', async () => {
    const [first = ''] = await uuids();
    const args = ['session', 'revoke', first, '--reason', 'lost the phone'];
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(
      /^The session is REVOKED\. What was opened with its secret may run until 2\S+Z\.\n$/,
    );
    const again = await run([...args, '--json']);
    expect([again.code, JSON.parse(again.stdout).status]).toEqual([0, 'REVOKED']);
    expect(await changes(['session.revoked'])).toEqual([
      { action: 'session.revoked', actor_kind: 'OPERATOR', user_agent: 'gatehouse session revoke' },
    ]);
    const { auditEvents } = await readSession(gateway, JSON.parse(again.stdout).id);
    expect(auditEvents.nodes[0].detail).toEqual({ reason: 'lost the phone' });
  });

  test.each<[string[], number, string]>([
    [
      ['list', '--status', 'GONE'],
      2,
      "option '--status <list>' argument 'GONE' is invalid. It must be of PENDING,",
    ],
    [['list', '--limit', '0'], 2, '--limit'],
    [['list', '--label', 'team'], 2, '--label'],
    [['list', '--from', 'soon'], 2, '--from'],
    [['list', '--application', 'nobody'], 1, '--application names no application that there is'],
    [['list', '--fast'], 2, '--fast'],
    [['show', 'nonsense'], 1, 'There is no session of that id.'],
    [['show'], 2, "missing required argument 'id'"],
    [['revoke', 'VXNlcjox'], 1, 'There is no session of that id.'],
  ])('%j is refused', async (args, refusedWith, problem) => {
    const { code, stdout, stderr } = await run(['session', ...args]);
    expect([code, stdout]).toEqual([refusedWith, '']);
    expect(stderr).toContain(problem);
  });

  test('a reason that is too long is refused', async () => {
    const reason = ['--reason', 'x'.repeat(1001)];
    const { code, stderr } = await run(['session', 'revoke', (await uuids())[0] ?? '', ...reason]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/--reason.*is invalid\. It must have at most 1000 characters/s),
    ]);
  });

  test('a reader that has had enough ends it quietly', { timeout: 60_000 }, async () => {
    const { code, stderr } = await runInShell(['session', 'show', (await uuids())[0] ?? ''], {
      env: settings(),
      unread: true,
    });
    expect([code, withoutLedger(stderr)]).toEqual([0, '']);
  });
});

describe('key', () => {
  test('list and revoke, by the end of the key or its id', async () => {
    const shop = (await createApplication(gateway, 'shop')).application;
    const made = await createKey(gateway, shop.id, { name: 'web', scopes: ['SESSIONS_READ'] });
    const other = await createKey(gateway, shop.id, { name: 'app' });
    const table = await run(['key', 'list', '--application', 'shop']);
    expect(table.stdout).toMatch(
      /^APPLICATION +NAME +KEY +SCOPES +REACH +LAST USED +EXPIRES +REVOKED +ID\nshop +web +gh_…/,
    );
    const rows = await listed('key', 'list');
    expect(rows).toEqual([
      expect.objectContaining({
        id: made.id,
        application: { id: shop.id, name: 'shop' },
        scopes: ['SESSIONS_READ'],
      }),
      expect.objectContaining({ id: other.id, name: 'app', revokedAt: null }),
    ]);
    expect(JSON.stringify(rows) + table.stdout).not.toContain(made.value);

    const end = made.value.slice(-4);
    const { code, stderr } = await run(['key', 'revoke', end]);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^gh_…\w{4} of shop is revoked \(2\S+Z\)\.\n$/),
    ]);
    expect((await askAs(gateway, made.value, '{ viewer { name } }')).status).toBe(401);
    const again = await run(['key', 'revoke', made.id, '--json']);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('is already revoked')]);
    expect(JSON.parse(again.stdout)).toMatchObject({ id: made.id, revokedAt: expect.stringMatching(/^2/) });
    expect(await changes(['api_key.revoked'])).toEqual([
      { action: 'api_key.revoked', actor_kind: 'OPERATOR', user_agent: 'gatehouse key revoke' },
    ]);

    // Two that end alike, even if one of them is revoked.
    await database.query(`UPDATE api_key SET last_four = '${end}'`);
    const ambiguous = await run(['key', 'revoke', `gh_…${end}`]);
    expect(ambiguous.code).toBe(1);
    expect(ambiguous.stderr).toContain(other.id);
    const itself = await run(['key', 'revoke', other.value]);
    expect([itself.code, itself.stderr]).toEqual([1, expect.stringContaining('That is a key itself')]);
    expect(itself.stderr).not.toContain(other.value);
    expect((await run(['key', 'revoke', 'zzz'])).code).toBe(1);
    expect((await askAs(gateway, other.value, '{ viewer { name } }')).status).toBe(200);
  });

  test('create --json has the names of CreateApiKeySuccess', async () => {
    const args = ['key', 'create', '--application', 'kiosk', '--name', 'n', '--scopes', 'all', '--json'];
    const { value, apiKey } = JSON.parse((await run(args)).stdout);
    expect((await askAs(gateway, value, '{ viewer { name } }')).body.data.viewer).toEqual({ name: 'kiosk' });
    expect(apiKey).toMatchObject({ name: 'n', redacted: `gh_…${value.slice(-4)}`, reach: 'OWN_APPLICATION' });
  });
});

describe('user', () => {
  test('show, suspend and reinstate', async () => {
    const suspended = await run(['user', 'suspend', 'carol', '--reason', 'asked to']);
    expect([suspended.code, suspended.stdout]).toEqual([0, '']);
    expect(suspended.stderr).toMatch(
      /^carol is suspended since 2\S+Z\.\nIt has no session yet: is the external id right\?\n$/,
    );
    const shown = JSON.parse((await run(['user', 'show', 'carol', '--json'])).stdout);
    expect(shown).toMatchObject({
      externalId: 'carol',
      suspendedAt: expect.stringMatching(/^2/),
      // By the defaults of these settings, which are not the gateway's.
      quotas: [{ quota: 'ACTIVE_SESSIONS', used: 0, limit: 10 }, {}, {}],
      policy: { maxTtlSeconds: 7200 },
      auditEvents: { nodes: [{ action: 'user.suspended', detail: { reason: 'asked to' } }] },
    });
    expect((await run(['user', 'show', '--id', shown.id])).stdout).toMatch(/^externalId +carol$/m);
    const { code, stdout } = await run(['user', 'reinstate', '--id', shown.id, '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { externalId: 'carol', suspendedAt: null }]);
    expect(await changes(['user.suspended', 'user.reinstated'])).toEqual([
      { action: 'user.suspended', actor_kind: 'OPERATOR', user_agent: 'gatehouse user suspend' },
      { action: 'user.reinstated', actor_kind: 'OPERATOR', user_agent: 'gatehouse user reinstate' },
    ]);
  });

  test('erase asks to type the external id', async () => {
    await issue(gateway, { externalUserId: 'dora' });
    const nobody = await run(['user', 'erase', 'dora']);
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    for (const stdin of ['Dora\n', '']) {
      const wrong = await run(['user', 'erase', 'dora'], { stdin, terminal: true });
      expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('Nothing was erased.')]);
    }
    expect((await readUser(gateway, 'dora')).externalId).toBe('dora');
    const erased = await run(['user', 'erase', 'dora'], { stdin: 'dora\n', terminal: true });
    expect([erased.code, erased.stdout]).toEqual([0, '']);
    expect(erased.stderr).toContain('Type dora to go on:');
    expect(await readUser(gateway, 'dora')).toBeNull();
    const [, id = ''] = /Keep (\S+):/.exec(erased.stderr) ?? [];
    const again = await run(['user', 'erase', '--id', id, '--yes', '--json']);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { id, externalId: null }]);
    expect(await changes(['user.erased'])).toEqual([
      { action: 'user.erased', actor_kind: 'OPERATOR', user_agent: 'gatehouse user erase' },
    ]);
  });

  test('SIGINT at the question ends it, and closes the database', async () => {
    const before = new Set(process.listeners('SIGINT'));
    const running = run(['user', 'erase', 'alice'], { terminal: true });
    await expect
      .poll(() => process.listeners('SIGINT').filter((listener) => !before.has(listener)).length)
      .toBe(1);
    for (const listener of process.listeners('SIGINT')) if (!before.has(listener)) listener('SIGINT');
    const { code, stderr } = await running;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/Interrupted\.\n$/)]);
    expect((await readUser(gateway, 'alice')).externalId).toBe('alice');
  });

  test.each<[string[], number, string]>([
    [['show'], 2, 'by its external id, or by --id'],
    [['show', 'alice', '--id', 'x'], 2, 'by its external id, or by --id'],
    [['show', ''], 2, 'must not be empty'],
    [['show', 'nobody'], 1, 'There is no such user.'],
    [['reinstate', 'nobody'], 1, 'There is no such user.'],
    [['erase', 'nobody', '--yes'], 1, 'There is no such user.'],
    [['suspend', '--id', 'VXNlcjox'], 1, 'There is no such user.'],
    [['erase', 'ek_0123456789abcdef0123456789abcdef', '--yes'], 2, 'must not look like a credential'],
  ])('%j is refused', async (args, refusedWith, problem) => {
    const { code, stdout, stderr } = await run(['user', ...args]);
    expect([code, stdout]).toEqual([refusedWith, '']);
    expect(stderr).toContain(problem);
    expect(stderr).not.toContain('ek_0123456789');
  });
});
