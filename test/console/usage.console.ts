import { expect, test } from 'vitest';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { readUsage } from '../support/usage.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { useVisits } from './support/visits.ts';
import { makeWorld } from './support/world.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
use(
  () => makeWorld(gateway),
  () => {},
);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

const DAY_MS = 86_400_000;

test('the chart and the table say what the API answers, and so does the file', async () => {
  const { page } = await visits.signIn('/usage?by=day&group=model&range=7d&chart=tokens');
  const rows = page.getByRole('region', { name: 'Usage' }).getByRole('row');
  const bars = page.getByRole('img', { name: /In all/ });
  await bars.first().waitFor();
  const now = Date.now();
  const answered = await readUsage(gateway, {
    filter: {
      from: new Date(now - 8 * DAY_MS).toISOString(),
      to: new Date(now + DAY_MS).toISOString(),
      timeZone: 'Europe/Amsterdam',
    },
    groupBy: ['DAY', 'MODEL'],
  });
  const priced = answered.rows.nodes.filter(
    ({ totals }: { totals: { reported: boolean } }) => totals.reported,
  );
  expect(priced.length).toBeGreaterThan(2);
  const texts = await rows.allTextContents();
  const spoken = (await bars.allTextContents()).length;
  expect(spoken).toBeGreaterThanOrEqual(7);
  const today = await bars.last().getAttribute('aria-label');
  for (const { model, totals } of priced) {
    const row = texts.find((text) => text.includes(model)) ?? '';
    expect(row).toContain(totals.totalTokens.toLocaleString('en'));
    expect(row).toContain(totals.costUsd === null ? 'unknown' : totals.costUsd);
    expect(today).toContain(`${model} ${totals.totalTokens.toLocaleString('en')}`);
  }

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV' }).click();
  const { readFile } = await import('node:fs/promises');
  const csv = await readFile((await (await download).path()) ?? '', 'utf8');
  const [head = '', ...lines] = csv.trim().split(/\r?\n/);
  expect(lines).toHaveLength(answered.rows.nodes.length);
  const tokens = head.split(',').indexOf('total_tokens');
  const sum = lines.reduce((total, line) => total + Number(line.split(',')[tokens]), 0);
  expect(sum).toBe(answered.totals.totalTokens);
});
