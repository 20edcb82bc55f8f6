import { expect, test } from 'vitest';
import { useDatabase, useGateway, useUpstream } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
const upstream = useUpstream();
const gateway = useGateway(database, () => ({
  GATEHOUSE_CONSOLE: 'true',
  ...upstreamEnv(upstream.baseUrl),
}));
const browser = useBrowser();
const visits = useVisits(browser, gateway, () => [new URL(upstream.baseUrl).origin]);

test('a minted session is connected from the page, at the provider alone, with its secret', async () => {
  // The other end: a page that answers as a provider does.
  const provider = await (await browser.newContext()).newPage();
  const { page } = await visits.signIn('/playground?user=alice');
  let authorization: string | undefined;
  await page.route(`${upstream.baseUrl}/realtime/calls`, async (route) => {
    authorization = route.request().headers()['authorization'];
    const body = await provider.evaluate(answer, route.request().postData() ?? '');
    await route.fulfill({ status: 201, headers: { 'access-control-allow-origin': '*' }, body });
  });
  await page.getByRole('button', { name: 'Mint a session' }).click();
  const secret = await page.getByRole('group', { name: 'Client secret' }).getByText(/^ek_/).textContent();
  await page.getByRole('button', { name: 'Connect and listen only' }).click();
  const events = page.getByRole('list', { name: 'Events' });
  await events.getByText('session.created').waitFor();
  expect(authorization).toBe(`Bearer ${secret}`);
  await page.getByLabel('Say something in writing').fill('Hello!');
  await page.getByRole('button', { name: 'Send' }).click();
  await events.getByText('echo of conversation.item.create').waitFor();
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByRole('button', { name: 'Connect and listen only' }).waitFor();
  await page.getByRole('button', { name: 'Hide now' }).click();
  await provider.context().close();
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
