import { expect, test } from 'vitest';
import { createApplication, createKey, revokeKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { signInAt, useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

test('by the root key, to the page that was asked for', async () => {
  const { page } = await visits.signIn('/audit?outcomes=%5B"DENIED"%5D');
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/audit');
  expect(page.url()).toContain('DENIED');
});

test('a key that the gateway does not know is refused, with the id of the request, and is not left in the field', async () => {
  const { page, allow } = await visits.open('/');
  allow(/401 \(Unauthorized\)/);
  const wrong = `gh_${'0'.repeat(40)}`;
  await page.getByLabel('API key or root key').fill(wrong);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/does not know this key.*Request [0-9a-f-]{36}/s);
  expect(await page.getByLabel('API key or root key').inputValue()).toBe('');
  await signInAt(page, ROOT_KEY);
});

test('a reload ends it, because the key is in memory only', async () => {
  const { page } = await visits.signIn('/sessions');
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Sign in to Gatehouse' }).waitFor();
});

test('so does the key being revoked', async () => {
  const { application } = await createApplication(gateway, 'a dashboard');
  const key = await createKey(gateway, application.id, { scopes: ['SESSIONS_READ'], reach: 'EVERYTHING' });
  const { page, allow } = await visits.signIn('/sessions', { key: key.value });
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
  allow(/401 \(Unauthorized\)/);
  await revokeKey(gateway, key.id);
  await page.getByText('The gateway does not accept your credential any more.').waitFor();
});

test('and fifteen minutes without anybody', async () => {
  const { page } = await visits.open('/');
  await page.clock.install();
  await page.reload();
  await signInAt(page, ROOT_KEY);
  await page.clock.runFor('14:00');
  await page.mouse.move(10, 10);
  await page.clock.runFor('14:00');
  expect(await page.getByRole('button', { name: 'Sign out' }).isVisible()).toBe(true);
  await page.clock.runFor('02:00');
  await page.getByText('You were signed out after 15 minutes without any activity.').waitFor();
});

test('shows only what the scopes open, and elsewhere which one is missing', async () => {
  const { application } = await createApplication(gateway, 'a tool of finance');
  const { value: key } = await createKey(gateway, application.id, { scopes: ['USAGE_READ'] });
  const { page } = await visits.signIn('/users', { key });
  await page.getByText('USERS_READ').waitFor();
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await links.allTextContents()).toEqual(['Overview', 'Usage', 'Applications']);
});
