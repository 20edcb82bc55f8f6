import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  ...CONSOLE_ENV,
  ...upstreamEnv(upstream.baseUrl),
}));
const browser = useBrowser();
const visits = useVisits(browser, gateway, () => [new URL(upstream.baseUrl).origin]);

const callsUrl = () => `${upstream.baseUrl}/realtime/calls`;

type Started = {
  readonly page: Page;
  readonly allow: (pattern: RegExp) => void;
  readonly provider: Page;
  readonly secret: string;
  /** With which credential the provider was called. */
  readonly calls: string[];
};

/** A session that was just minted in a page, and the other end: a page that answers as a provider does. */
async function mintIn(options?: BrowserContextOptions): Promise<Started> {
  const provider = await (await browser.newContext()).newPage();
  onTestFinished(() => provider.context().close());
  const { page, allow } = await visits.signIn('/playground?user=alice', options);
  const calls: string[] = [];
  await page.route(callsUrl(), async (route) => {
    calls.push(route.request().headers()['authorization'] ?? '');
    const body = await provider.evaluate(answer, route.request().postData() ?? '');
    await route.fulfill({ status: 201, headers: { 'access-control-allow-origin': '*' }, body });
  });
  await page.getByRole('button', { name: 'Mint a session' }).click();
  const shown = page.getByRole('group', { name: 'Client secret' }).getByText(/^ek_/);
  return { page, allow, provider, secret: (await shown.textContent()) ?? '', calls };
}

/** Hides the secret, which after a test must not be in the page. */
const hide = (page: Page) => page.getByRole('button', { name: 'Hide now' }).click();

test('a minted session is connected from the page, at the provider alone, with its secret', async () => {
  const { page, provider, secret, calls } = await mintIn();
  await page.getByRole('button', { name: 'Connect and listen only' }).click();
  await page.getByText('Connected. The microphone is off.').waitFor();
  const events = page.getByRole('list', { name: 'Events' });
  await events.getByText('session.created').waitFor();
  expect(calls).toEqual([`Bearer ${secret}`]);
  await page.getByLabel('Say something in writing').fill('Hello!');
  await page.getByRole('button', { name: 'Send' }).click();
  await events.getByText('echo of conversation.item.create').waitFor();
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByText('Not connected.').waitFor();

  await page.getByRole('button', { name: 'Connect and listen only' }).click();
  await page.getByText('Connected. The microphone is off.').waitFor();
  await provider.evaluate(() => Reflect.get(window, 'connection').close());
  await page.getByRole('alert').filter({ hasText: 'The provider has ended the connection.' }).waitFor();
  await hide(page);
});

test('the microphone is part of a call when the browser gives it', async () => {
  const { page, provider } = await mintIn({ permissions: ['microphone'] });
  await page.getByRole('button', { name: 'Connect with the microphone' }).click();
  await page.getByText('Connected. The microphone is on.').waitFor();
  // What the provider gets is sound, not only a promise of it.
  await provider.waitForFunction(async () => {
    const report: RTCStatsReport = await Reflect.get(window, 'connection').getStats();
    return [...report.values()].some(
      ({ type, bytesReceived }) => type === 'inbound-rtp' && bytesReceived > 0,
    );
  });
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByText('Not connected.').waitFor();
  await hide(page);
});

test('a microphone that the browser does not give is said, and nobody is called', async () => {
  const { page, calls } = await mintIn();
  await page.getByRole('button', { name: 'Connect with the microphone' }).click();
  await page.getByRole('alert').filter({ hasText: 'The browser gives no microphone.' }).waitFor();
  await page.getByText('Not connected.').waitFor();
  expect(calls).toEqual([]);
  await hide(page);
});

test('a provider that refuses is said, with its status', async () => {
  const { page, allow } = await mintIn();
  await page.unroute(callsUrl());
  await page.route(callsUrl(), (route) =>
    route.fulfill({ status: 403, headers: { 'access-control-allow-origin': '*' } }),
  );
  allow(/403/);
  await page.getByRole('button', { name: 'Connect and listen only' }).click();
  await page.getByRole('alert').filter({ hasText: 'refused the connection: HTTP 403' }).waitFor();
  await hide(page);
});

/** Runs in the other page. */
async function answer(offer: string): Promise<string> {
  const connection = new RTCPeerConnection();
  Reflect.set(window, 'connection', connection);
  connection.addEventListener('datachannel', ({ channel }) => {
    channel.addEventListener('open', () => channel.send('{"type":"session.created"}'));
    channel.addEventListener('message', ({ data }) => {
      channel.send(JSON.stringify({ type: `echo of ${JSON.parse(String(data)).type}` }));
    });
  });
  await connection.setRemoteDescription({ type: 'offer', sdp: offer });
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete')
    await new Promise((resolve) =>
      connection.addEventListener('icegatheringstatechange', resolve, { once: true }),
    );
  return connection.localDescription?.sdp ?? '';
}
