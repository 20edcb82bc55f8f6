import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { issue, readSession } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { signInAt, useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

/** The row of a user's session in the list. */
const rowOf = (page: Page, user: string) => page.getByRole('row').filter({ hasText: user });

/** Opens the playground in another tab, and mints. */
async function mintIn(page: Page, user: string, seconds: string): Promise<string> {
  await signInAt(page, ROOT_KEY);
  await page.getByLabel('External user id').fill(user);
  await page.getByLabel('Secret expires after (seconds)').fill(seconds);
  await page.getByRole('button', { name: 'Mint a session' }).click();
  const secret = await page.getByRole('group', { name: 'Client secret' }).getByText(/^ek_/).textContent();
  await page.getByRole('button', { name: 'Hide now' }).click();
  return secret ?? '';
}

test('what is minted in another tab appears, counts down, and expires, without a reload', async () => {
  const { page, another } = await visits.signIn('/sessions');
  await page.getByText('No sessions yet').waitFor();
  const tab = await another();
  await tab.goto(new URL('/console/playground', gateway.url).href);
  visits.keepSecret(await mintIn(tab, 'alice', '10'));
  const row = rowOf(page, 'alice');
  await row.getByText('Active').waitFor();
  expect(await row.getByRole('timer').textContent()).toMatch(/^0:\d\d$/);
  await row.getByText('Expired').waitFor();
});

test('a session changes in the list when it is revoked elsewhere', async () => {
  const { session } = await issue(gateway, { externalUserId: 'bob' });
  const { page, another } = await visits.signIn('/sessions?externalUserId=bob');
  await rowOf(page, 'bob').getByText('Active').waitFor();

  const tab = await another();
  await tab.goto(new URL(`/console/sessions/${encodeURIComponent(session.id)}`, gateway.url).href);
  await signInAt(tab, ROOT_KEY);
  await tab.getByRole('button', { name: 'Revoke…' }).click();
  const dialog = tab.getByRole('dialog');
  await dialog.getByText('Providers offer no way to revoke a client secret.').waitFor();
  await dialog.getByLabel('Reason').fill('Posted in a forum.');
  await dialog.getByRole('button', { name: 'Revoke', exact: true }).click();
  await tab.getByText('The session is revoked.').waitFor();

  await rowOf(page, 'bob').getByText('Revoked').waitFor();
  const { status, auditEvents } = await readSession(gateway, session.id);
  expect(status).toBe('REVOKED');
  expect(auditEvents.nodes[0]).toMatchObject({
    action: 'session.revoked',
    detail: { reason: 'Posted in a forum.' },
  });
});

test('a paused list says how many are new, and shows them when it is asked to', async () => {
  const { page } = await visits.signIn('/sessions');
  await page.getByRole('button', { name: 'Pause' }).click();
  for (let count = 0; count < 3; count += 1) await issue(gateway, { externalUserId: 'carol' });
  const waiting = page.getByRole('button', { name: '3 new' });
  await waiting.waitFor();
  expect(await rowOf(page, 'carol').count()).toBe(0);
  await waiting.click();
  await rowOf(page, 'carol').first().waitFor();
  expect(await rowOf(page, 'carol').count()).toBe(3);
});

test('signing in loads nothing of the console any more, and asks for no more than the list needs', async () => {
  await issue(gateway, { externalUserId: 'dora' });
  const { page } = await visits.open('/sessions');
  await page.waitForLoadState('networkidle');
  const asked: string[] = [];
  page.on('request', (request) => {
    const operation = /\b(?:query|subscription) (\w+)/.exec(request.postData() ?? '')?.[1];
    asked.push(operation ?? new URL(request.url()).pathname);
  });
  await signInAt(page, ROOT_KEY);
  await rowOf(page, 'dora').waitFor();
  await expect.poll(() => asked.length).toBe(4);
  expect(asked.toSorted()).toEqual(['SessionChanges', 'SessionsCount', 'SessionsPage', 'Viewer']);
});

test('a time says exactly when, to the pointer and to the keyboard', async () => {
  await issue(gateway, { externalUserId: 'erik' });
  const { page } = await visits.signIn('/sessions?externalUserId=erik');
  const exact = page.getByRole('tooltip');
  const created = rowOf(page, 'erik').locator('time').first();
  await created.hover();
  await exact.filter({ hasText: /\d\d:\d\d:\d\d/ }).waitFor();
  expect(await created.getAttribute('aria-describedby')).toBe(await exact.getAttribute('id'));
  await page.keyboard.press('Escape');
  await exact.waitFor({ state: 'detached' });

  await rowOf(page, 'erik').getByRole('link', { name: 'erik' }).focus();
  await page.keyboard.press('Tab');
  await exact.waitFor();
  await page.keyboard.press('Shift+Tab');
  await exact.waitFor({ state: 'detached' });
});
