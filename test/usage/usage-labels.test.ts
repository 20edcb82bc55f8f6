import { beforeAll, describe, expect, test } from 'vitest';
import { fromUnits, toUnits } from '../../src/platform/validation/decimal.ts';
import { issue } from '../support/ask.ts';
import { dumpOf } from '../support/dump.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { runCommand } from '../support/run-command.ts';
import { askForUsage, RESPONSE, readUsage, readUsageRows, report } from '../support/usage.ts';

// Usage by the label that the operator names, before it is named, while another one is, and after that.

const database = useDatabase();
const plain = useGateway(database);
const byTeam = useGateway(database, { GATEHOUSE_USAGE_LABEL: 'team' });
const byStage = use(
  () => startGateway(database, { GATEHOUSE_USAGE_LABEL: 'stage' }),
  ({ close }) => close(),
);

type Used = { readonly user: string; readonly team: string | null; readonly stage: string | null };
const used: (Used & { readonly model: string; readonly tokens: number })[] = [];
const sessionOf = new Map<string, { id: string; user: { id: string } }>();

const PERIODS = [
  // Whole quarters of an hour, with the current one, and a part of it.
  { from: '2020-01-01T00:00:00.000Z', to: '2100-01-01T00:00:00.000Z' },
  { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 60_000).toISOString() },
];

beforeAll(async () => {
  for (const [n, through] of [plain, byTeam, byStage, byTeam, plain, byStage, byTeam].entries()) {
    for (const [user, team, stage] of [
      ['ann', 'red', 'live'],
      ['ben', 'blue', null],
      ['cat', null, 'live'],
      ['dot', 'red', 'test'],
    ] as const)
      await useOnce(through, { user, team, stage }, n);
  }
});

async function useOnce(through: TestGateway, { user, team, stage }: Used, n: number): Promise<void> {
  const labels = Object.entries({ team, stage, note: `note ${n}` }).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value }],
  );
  const { session } = await issue(through, { externalUserId: user, labels });
  sessionOf.set(user, session);
  const model = n % 2 === 0 ? 'gpt-realtime-2.1' : 'nobody-knows-its-price';
  const answer = await report(through, {
    sessionId: session.id,
    responseId: `resp_${n}`,
    model,
    usage: RESPONSE,
  });
  expect(answer.__typename).toBe('ReportUsageSuccess');
  used.push({ user, team, stage, model, tokens: RESPONSE.total_tokens });
}

const DIMENSIONS = { LABEL: 'label', USER: 'user', MODEL: 'model' } as const;

/** Responses and tokens by group, as a person would add them up. */
function expected(key: 'team' | 'stage', groupBy: readonly (keyof typeof DIMENSIONS)[]) {
  const nameOf = (one: (typeof used)[number]) =>
    groupBy
      .map((dimension) => (dimension === 'LABEL' ? one[key] : one[dimension === 'USER' ? 'user' : 'model']))
      .join(' | ');
  const groups = [...Map.groupBy(used, nameOf)];
  return Object.fromEntries(
    groups.map(([name, of]) => [name, [of.length, of.reduce((sum, { tokens }) => sum + tokens, 0)]]),
  );
}

async function observed(
  gateway: TestGateway,
  filter: object,
  groupBy: readonly (keyof typeof DIMENSIONS)[],
  orderBy = 'START',
) {
  const rows = await readUsageRows(gateway, { filter, groupBy, first: 2, orderBy });
  const nameOf = (row: (typeof rows)[number]) =>
    groupBy
      .map((dimension) => (dimension === 'USER' ? row.user?.externalId : row[DIMENSIONS[dimension]]))
      .join(' | ');
  expect(new Set(rows.map(nameOf)).size).toBe(rows.length);
  return {
    rows,
    groups: Object.fromEntries(
      rows.map((row) => [nameOf(row), [row.totals.responses, row.totals.totalTokens]]),
    ),
  };
}

describe.each(['team', 'stage'] as const)('usage by the label %s', (key) => {
  const gateway = () => (key === 'team' ? byTeam : byStage);

  test.each([[['LABEL']], [['LABEL', 'MODEL']], [['USER', 'LABEL']], [['LABEL', 'USER', 'MODEL']]] as const)(
    'of %j is what its records add up to, whichever label was named when it was reported',
    async (groupBy) => {
      for (const filter of PERIODS) {
        for (const orderBy of ['START', 'COST_DESC', 'TOKENS_DESC']) {
          const { groups, rows } = await observed(gateway(), filter, groupBy, orderBy);
          expect(groups).toEqual(expected(key, groupBy));
          const issued = rows.reduce((sum, { sessionsIssued }) => sum + (sessionsIssued ?? 0), 0);
          if (!groupBy.some((dimension) => dimension === 'MODEL')) expect(issued).toBe(used.length);
        }
      }
    },
  );

  test('adds up to the totals, to the last digit', async () => {
    const [filter] = PERIODS;
    const { rows } = await observed(gateway(), filter ?? {}, ['LABEL']);
    const { totals } = await readUsage(gateway(), { filter });
    const sum = rows.reduce((cost, row) => cost + (toUnits(row.totals.costKnownUsd) ?? 0n), 0n);
    expect(fromUnits(sum)).toBe(totals.costKnownUsd);
  });
});

test('a correction counts under the label, and the first report no more', async () => {
  const [filter] = PERIODS;
  const id = sessionOf.get('ben')?.id ?? '';
  const before = (await observed(byStage, filter ?? {}, ['LABEL'])).groups;
  const usage = { type: 'duration', seconds: 1 };
  const input = { sessionId: id, responseId: 'resp_6', model: 'whisper-1', usage, replaces: true };
  expect(await report(byStage, input)).toMatchObject({ __typename: 'ReportUsageSuccess' });
  const place = used.findLastIndex(({ user }) => user === 'ben');
  used[place] = { ...used[place], user: 'ben', team: 'blue', stage: null, model: 'whisper-1', tokens: 0 };
  expect((await observed(byTeam, filter ?? {}, ['LABEL'])).groups).toEqual(expected('team', ['LABEL']));
  expect((await observed(byStage, filter ?? {}, ['LABEL'])).groups).toEqual(expected('stage', ['LABEL']));
  expect(before).not.toEqual(expected('stage', ['LABEL']));
});

test('without a label that the operator named it is refused, in the API and on the command line', async () => {
  const { errors } = await askForUsage(plain, { filter: PERIODS[0], groupBy: ['LABEL'] });
  expect(errors[0]).toMatchObject({
    message: 'groupBy cannot have LABEL: the operator named no label (GATEHOUSE_USAGE_LABEL)',
    extensions: { code: 'BAD_USER_INPUT' },
  });
  const args = ['usage', 'export', '--from', '2020-01-01', '--to', '2100-01-01', '--by', 'label'];
  const env = { DATABASE_URL: database.url };
  const refused = await runCommand(args, { env });
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining('--by can have label only where GATEHOUSE_USAGE_LABEL names one'),
  ]);
  const { stdout } = await runCommand(args, { env: { ...env, GATEHOUSE_USAGE_LABEL: 'team' } });
  const lines = stdout.split('\r\n').map((line) => line.split(',').slice(0, 3));
  expect(lines).toEqual([
    ['label', 'sessions_issued', 'responses'],
    ...[
      ['', 7],
      ['blue', 7],
      ['red', 14],
    ].map(([label, count]) => [label, String(count), String(count)]),
    [''],
  ]);
});

test('an erased user keeps its usage and loses its labels, in every sum', async () => {
  const { user } = sessionOf.get('ben') ?? { user: { id: '' } };
  const { body } = await plain.ask('mutation ($id: ID!) { eraseUser(input: { id: $id }) { __typename } }', {
    id: user.id,
  });
  expect(body.data.eraseUser.__typename).toBe('UserSuccess');
  for (const [index, one] of used.entries()) if (one.user === 'ben') used[index] = { ...one, team: null };
  await database.query('SELECT sum_usage(1000)');
  for (const filter of PERIODS)
    expect((await observed(byTeam, filter, ['LABEL'])).groups).toEqual(expected('team', ['LABEL']));
  // What is corrected later, too.
  const usage = { type: 'duration', seconds: 2 };
  const sessionId = sessionOf.get('ben')?.id;
  const input = { sessionId, responseId: 'resp_6', model: 'whisper-1', usage, replaces: true };
  expect(await report(byTeam, input)).toMatchObject({ __typename: 'ReportUsageSuccess' });
  await database.query('SELECT sum_usage(1000)');
  for (const filter of PERIODS)
    expect((await observed(byTeam, filter, ['LABEL'])).groups).toEqual(expected('team', ['LABEL']));
  expect(await dumpOf(database)).not.toMatch(/\bblue\b/);
});
