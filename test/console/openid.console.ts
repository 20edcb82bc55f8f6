import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { useBrowser } from './support/browser.ts';
import { startOpenIdProvider } from './support/openid-provider.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
// The provider has to know the console's address before the gateway has one.
const port = use(freePort, () => {});
const provider = use(
  () => startOpenIdProvider(`http://127.0.0.1:${port.number}/console/signed-in`),
  ({ close }) => close(),
);
const gateway = useGateway(database, () => ({
  PORT: String(port.number),
  GATEHOUSE_CONSOLE: 'true',
  GATEHOUSE_CONSOLE_OIDC_CLIENT_ID: provider.clientId,
  GATEHOUSE_JWKS_URL: `${provider.issuer}/jwks`,
  GATEHOUSE_JWT_ISSUER: provider.issuer,
  GATEHOUSE_JWT_AUDIENCE: provider.clientId,
}));
const browser = useBrowser();
const visits = useVisits(browser, gateway, () => [provider.issuer]);

test('at the identity provider, and back to the page that was asked for', async () => {
  const { page } = await visits.open('/sessions');
  await page.getByRole('button', { name: /^Sign in with / }).click();
  await page.getByRole('button', { name: 'I am Alice' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
  await page.getByText('alice').first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/console/sessions');
  // Neither the code nor what proves it is left.
  expect(new URL(page.url()).search).not.toContain('code');
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

async function freePort(): Promise<{ number: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: number } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { number };
}
