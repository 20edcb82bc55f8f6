import { expect, test } from 'vitest';
import { issue, readSession } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

test('a leaked secret leads to its session and its user, which are dealt with from there', async () => {
  const { clientSecret, session } = await issue(gateway, { externalUserId: 'alice' });
  visits.keepSecret(clientSecret.value);
  const { page } = await visits.signIn('/leaked-secret');
  const field = page.getByLabel('Leaked secret', { exact: true });
  expect(await field.getAttribute('type')).toBe('password');
  await field.fill(clientSecret.value);
  await page.getByRole('button', { name: 'Look up' }).click();
  await page.getByRole('heading', { name: 'It belongs to alice' }).waitFor();
  expect(await field.inputValue()).toBe('');
  await page.getByRole('button', { name: 'Revoke session' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByText('The session is revoked').waitFor();
  expect((await readSession(gateway, session.id)).status).toBe('REVOKED');
});

test('one that is pasted into the search goes to the look-up, and into no address', async () => {
  const { clientSecret } = await issue(gateway, { externalUserId: 'bob' });
  visits.keepSecret(clientSecret.value);
  const { page } = await visits.signIn('/sessions');
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.insertText(clientSecret.value);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Leaked secret' }).waitFor();
  await page.getByRole('heading', { name: 'It belongs to bob' }).waitFor();
});
