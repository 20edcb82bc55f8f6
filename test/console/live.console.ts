import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { signInAt, useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
/** What is between the browser and the gateway, and breaks. */
const network = use(
  async () => {
    const proxy = await startTcpProxy(Number(new URL(gateway.url).port));
    return { ...proxy, url: `http://127.0.0.1:${proxy.port}` };
  },
  ({ close }) => close(),
);
const browser = useBrowser();
const visits = useVisits(browser, network);

/** What the browser says of requests that do not arrive. */
const BROKEN = /net::ERR_/;

const stateIn = (page: Page) => page.getByRole('status').filter({ hasText: /live|Connecting/i });
const rowOf = (page: Page, user: string) => page.getByRole('row').filter({ hasText: user });

test('a list says at once that its connection is broken, and misses nothing that happens meanwhile', async () => {
  const { session } = await issue(gateway, { externalUserId: 'alice' });
  const { page, allow } = await visits.signIn('/sessions');
  await rowOf(page, 'alice').getByText('Active').waitFor();
  await stateIn(page).getByText('Live', { exact: true }).waitFor();

  allow(BROKEN);
  network.refuse(true);
  await stateIn(page).getByText('Not live').waitFor({ timeout: 15_000 });
  await issue(gateway, { externalUserId: 'bob' });
  await gateway.ask(
    `mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id, reason: "lost" }) { __typename } }`,
    { id: session.id },
  );
  expect(await rowOf(page, 'bob').count()).toBe(0);
  expect(await stateIn(page).textContent()).toContain('Not live');

  network.refuse(false);
  await stateIn(page).getByText('Live', { exact: true }).waitFor();
  await rowOf(page, 'bob').getByText('Active').waitFor();
  await rowOf(page, 'alice').getByText('Revoked').waitFor();
});

test.each([
  ['a session', ({ id }: Issued) => `/sessions/${encodeURIComponent(id)}`, 'Revoked'],
  ['a user', ({ user }: Issued) => `/users/${encodeURIComponent(user.id)}`, 'Revoked'],
])('so does the page of %s', async (name, pathOf, shown) => {
  const { session } = await issue(gateway, { externalUserId: `user of ${name}` });
  const { page, allow } = await visits.signIn(pathOf(session));
  await page.getByText('Active', { exact: true }).first().waitFor();
  allow(BROKEN);
  network.refuse(true);
  await page.getByText('Not live: reconnecting').waitFor({ timeout: 15_000 });
  await gateway.ask(
    `mutation ($id: ID!) { revokeRealtimeSession(input: { id: $id, reason: "lost" }) { __typename } }`,
    { id: session.id },
  );
  network.refuse(false);
  await page.getByText(shown, { exact: true }).first().waitFor();
  await page.getByText('Not live').waitFor({ state: 'detached' });
});

test('a connection on which nothing arrives any more is not taken for live', async () => {
  const { page, allow } = await visits.open('/sessions');
  await page.clock.install();
  await signInAt(page, ROOT_KEY);
  await stateIn(page).getByText('Live', { exact: true }).waitFor();
  allow(BROKEN);
  network.hold(true);
  await page.clock.fastForward('00:50');
  await stateIn(page).getByText('Not live').waitFor({ timeout: 15_000 });
  network.hold(false);
  await page.clock.fastForward('00:10');
  await stateIn(page).getByText('Live', { exact: true }).waitFor();
});

type Issued = { readonly id: string; readonly user: { readonly id: string } };
