import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { issue, readSession } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

type Focused = { readonly name: string; readonly outlined: boolean };

/** What has the focus, and whether one can see that. */
function focused(page: Page): Promise<Focused> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null) return { name: '', outlined: false };
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const name = element.getAttribute('aria-label') ?? element.textContent ?? '';
    return { name: name.trim(), outlined: outlineStyle !== 'none' && outlineWidth !== '0px' };
  });
}

/** Presses Tab until the focus is on something of that name. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press('Tab');
    const { name: found, outlined } = await focused(page);
    passed.push(found);
    if (typeof name === 'string' ? found !== name : !name.test(found)) continue;
    expect(outlined, `one sees that ${found} has the focus`).toBe(true);
    return;
  }
  throw new Error(`Tab does not lead to ${name}, but to ${passed.join(' · ')}`);
}

/** Waits until the dialog has taken the focus. */
async function inDialog(page: Page): Promise<void> {
  await page.waitForFunction(() => document.activeElement?.closest('[role="dialog"]') != null);
}

test('one can sign in, find a session and revoke it without a mouse', async () => {
  const { session } = await issue(gateway, { externalUserId: 'alice' });
  const { page } = await visits.open('/');
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
  await page.keyboard.type(ROOT_KEY);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await tabTo(page, 'Skip to the page');
  await tabTo(page, 'Sessions');
  await page.keyboard.press('Enter');
  await page.getByRole('row').filter({ hasText: 'alice' }).waitFor();
  await tabTo(page, /^…/);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Revoke…' }).waitFor();
  await tabTo(page, 'Revoke…');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await inDialog(page);
  // One is enough, also where a tooltip is shown.
  await page.getByRole('dialog').locator('time').last().focus();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await expect.poll(async () => (await focused(page)).name).toBe('Revoke…');
  await page.keyboard.press('Enter');
  await page.getByLabel('Reason').waitFor();
  await inDialog(page);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');
  await page.keyboard.type('Without a mouse.');
  await tabTo(page, 'Revoke');
  await page.keyboard.press('Enter');
  await page.getByText('The session is revoked.').waitFor();
  expect((await readSession(gateway, session.id)).status).toBe('REVOKED');
});
