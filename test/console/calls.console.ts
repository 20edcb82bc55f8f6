import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { readSession } from '../support/ask.ts';
import { issueBrokered } from '../support/brokered.ts';
import { callIdOf, callOf } from '../support/calls.ts';
import { eventually } from '../support/eventually.ts';
import { use, useDatabase } from '../support/fixture.ts';
import { ROOT_KEY, startGateway } from '../support/gateway.ts';
import { freePort } from '../support/listen.ts';
import { type AgentsOrigin, serveAgentsPage } from './support/agents-origin.ts';
import type { Seen } from './support/agents-page.ts';
import { seriousFindings } from './support/axe.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { signInAt, useVisits } from './support/visits.ts';

const database = useDatabase();
const app: AgentsOrigin = use(serveAgentsPage, (page) => page.close());
const gateway = use(
  async () => {
    const port = await freePort();
    return startGateway(database, {
      ...CONSOLE_ENV,
      PORT: String(port),
      GATEHOUSE_PUBLIC_URL: `http://127.0.0.1:${port}`,
      GATEHOUSE_CORS_ORIGINS: app.origin,
    });
  },
  (started) => started.close(),
);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

test('a page with OpenAI’s SDK holds a call through Gatehouse, which meters it and hangs up at the deadline', async () => {
  const { clientSecret, callUrl, session } = await issueBrokered(gateway, { maxCallSeconds: 10 });
  const context = await browser.newContext({ permissions: ['microphone'] });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
  await page.goto(app.origin);
  await page.waitForFunction(() => 'connect' in window);

  const callId = await page.evaluate(([url, secret]) => Reflect.get(window, 'connect')(url, secret), [
    callUrl,
    clientSecret.value,
  ] as const);
  expect(requests.filter((request) => request.startsWith('POST'))).toEqual([`POST ${callUrl}`]);
  expect(decodeURIComponent(callId)).toBe(callIdOf(session.id));
  expect(await callOf(gateway, callIdOf(session.id))).toMatchObject({ status: 'LIVE' });

  await page.evaluate(() => Reflect.get(window, 'session').sendMessage('Good morning.'));
  await page.waitForFunction(() => (Reflect.get(window, 'seen') as Seen).events.includes('response.done'));
  await eventually(async () => {
    const { usage } = await callOf(gateway, callIdOf(session.id));
    expect(usage).toMatchObject({ reported: true, responses: 1 });
    return usage;
  });

  await page.waitForFunction(() => (Reflect.get(window, 'seen') as Seen).states.at(-1) === 'disconnected');
  const ended = await eventually(async () => {
    const call = await callOf(gateway, callIdOf(session.id));
    expect(call).toMatchObject({ status: 'ENDED', endReason: 'DEADLINE', usage: { responses: 1 } });
    return call;
  });
  expect(Date.parse(ended.endedAt) - Date.parse(ended.deadlineAt)).toBeLessThan(2000);
});

/** Mints in the playground, and connects. */
async function callInPlayground(page: Page, user: string): Promise<void> {
  await page.getByLabel('External user id').fill(user);
  await page.getByLabel('Connection').selectOption('BROKERED');
  await page.getByRole('button', { name: 'Mint a session' }).click();
  await page.getByRole('button', { name: 'Connect and listen only' }).click();
  await page.getByText('Connected. The microphone is off.').waitFor();
  await page.getByRole('button', { name: 'Hide now' }).click();
}

test('a call of the playground runs on the page of calls, and is hung up there, with a reason', async () => {
  const { page, another } = await visits.signIn('/calls');
  await page
    .getByText('No calls yet')
    .waitFor({ state: 'detached' })
    .catch(() => {});
  const tab = await another();
  await tab.goto(new URL('/console/playground', gateway.url).href);
  await signInAt(tab, ROOT_KEY);
  await callInPlayground(tab, 'bob');

  const running = page.getByRole('region', { name: 'Running', exact: true });
  const row = running.getByRole('row').filter({ hasText: 'bob' });
  await row.getByText('Live').waitFor();
  expect(await row.getByRole('timer').first().textContent()).toMatch(/^0:\d\d$/);
  await tab.getByLabel('Say something in writing').fill('Hello!');
  await tab.getByRole('button', { name: 'Send' }).click();
  await tab.getByRole('list', { name: 'Events' }).getByText('response.done').waitFor();

  expect.soft(await seriousFindings(page)).toEqual([]);
  await row.getByRole('button', { name: 'Hang up the call of bob' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('It was a test.');
  await dialog.getByRole('button', { name: 'Hang up', exact: true }).click();
  await page.getByText('The gateway that watches the call hangs up now.').waitFor();
  await tab.getByRole('alert').filter({ hasText: 'ended the connection' }).waitFor();
  const ended = page
    .getByRole('region', { name: 'Ended', exact: true })
    .getByRole('row')
    .filter({ hasText: 'bob' });
  await ended.getByText('Hung up').waitFor();

  await ended.getByRole('link', { name: /^…/ }).click();
  await page.getByText('An operator or an application asked for the end.').first().waitFor();
  await page.getByText('Nothing is running any more').waitFor();
  expect.soft(await seriousFindings(page)).toEqual([]);
  const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1) ?? '');
  const { auditEvents } = await readSession(gateway, id);
  expect(auditEvents.nodes).toContainEqual(
    expect.objectContaining({
      action: 'call.ended',
      detail: expect.objectContaining({ endReason: 'OPERATOR', reason: 'It was a test.' }),
    }),
  );
});
