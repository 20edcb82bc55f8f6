import type { Page, Response } from 'playwright-core';
import { expect, test } from 'vitest';
import { issue } from '../support/ask.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { ACCESS_TOKEN_SECONDS, useOpenIdProvider } from './support/openid-provider.ts';
import { placesWithSecrets } from './support/secrets-in-page.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
const provider = useOpenIdProvider();
const gateway = useGateway(database, () => ({ ...CONSOLE_ENV, ...provider.env }));
const browser = useBrowser();
const visits = useVisits(browser, gateway, () => [provider.origin]);

const LINK = '/sessions?statuses=%5B%22ACTIVE%22%5D';
const TOKENS = ['access_token', 'id_token', 'refresh_token'] as const;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const providerButton = (page: Page) => button(page, `Sign in with ${new URL(provider.origin).host}`);
const addressIn = (page: Page) => page.evaluate(() => location.pathname + location.search);
const tokenRequests = () => provider.paths.filter((path) => path === '/token').length;

/** Goes to the provider. @returns what it was asked for */
async function goToProvider(page: Page): Promise<URLSearchParams> {
  const [request] = await Promise.all([
    page.waitForRequest((asked) => new URL(asked.url()).pathname === '/auth'),
    providerButton(page).click(),
  ]);
  await page.getByLabel('Name').waitFor();
  return new URL(request.url()).searchParams;
}

/** Signs in at the provider, whose page is shown. @returns the code, and the tokens that came for it */
async function signInAtProvider(page: Page, name: string): Promise<string[]> {
  await page.getByLabel('Name').fill(name);
  await button(page, 'Continue').click();
  const [returned, response] = await Promise.all([
    page.waitForRequest((asked) => new URL(asked.url()).pathname === '/console/signed-in'),
    page.waitForResponse((answer) => answer.url() === `${provider.origin}/token`),
    button(page, 'Allow').click(),
  ]);
  const body: Readonly<Record<string, unknown>> = await response.json();
  const tokens = TOKENS.map((name) => String(body[name]));
  for (const token of tokens) visits.keepSecret(token);
  return [new URL(returned.url()).searchParams.get('code') ?? '', ...tokens];
}

/** The page asks to sign in, at the address where it was, and has forgotten what it went to the provider with. */
async function isSignedOut(page: Page): Promise<void> {
  await providerButton(page).waitFor();
  expect(await addressIn(page)).toBe(`/console${LINK}`);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
}

test('somebody signs in at the provider, and is an end user with their own sessions, where they wanted to be', async () => {
  await issue(gateway, { externalUserId: 'olga' });
  await issue(gateway, { externalUserId: 'mallory' });
  const { page } = await visits.open(LINK);
  const asked = await goToProvider(page);
  expect(Object.fromEntries(asked)).toMatchObject({
    response_type: 'code',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: 'S256',
    state: expect.stringMatching(/^[\w-]{43}$/),
  });
  const secrets = await signInAtProvider(page, 'olga');
  await page.getByRole('row').filter({ hasText: 'olga' }).waitFor();
  expect(await page.getByRole('row').filter({ hasText: 'mallory' }).count()).toBe(0);
  expect(await addressIn(page)).toBe(`/console${LINK}`);
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  expect(await links.allTextContents()).toEqual(['Sessions', 'Calls', 'Usage', 'Playground']);

  const all = [...secrets, asked.get('state') ?? '', asked.get('nonce') ?? ''];
  expect(all.filter((secret) => secret.length < 20)).toEqual([]);
  expect(await placesWithSecrets(page, new Set(all))).toEqual([]);
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);
  expect(await page.context().cookies(gateway.url)).toEqual([]);
  expect(provider.refusals).toEqual([]);
});

test('signing out forgets the tokens, and a reload does not bring them back', async () => {
  const { page } = await visits.open(LINK);
  await goToProvider(page);
  const secrets = new Set(await signInAtProvider(page, 'olga'));
  await button(page, 'Sign out').click();
  await isSignedOut(page);
  expect(await placesWithSecrets(page, secrets)).toEqual([]);
  await page.reload();
  await isSignedOut(page);
});

test('what the provider refuses is said, and the page is where it was', async () => {
  const { page } = await visits.open(LINK);
  const before = tokenRequests();
  await goToProvider(page);
  await button(page, 'Cancel').click();
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toContain(
    'Signing in at the identity provider failed: Somebody has cancelled',
  );
  await isSignedOut(page);
  expect(tokenRequests()).toBe(before);
});

test('a code with a forged state is not exchanged, nor is it later', async () => {
  const { page } = await visits.open(LINK);
  const before = tokenRequests();
  await goToProvider(page);
  const forged = new URL('/console/signed-in?code=of-somebody-else&state=forged', gateway.url);
  forged.searchParams.set('iss', provider.origin);
  await page.goto(forged.href);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toContain('unexpected "state" response parameter value');
  await isSignedOut(page);

  // What it went to the provider with was for one use: now nothing is waited for.
  await page.goto(forged.href);
  await providerButton(page).waitFor();
  expect(await addressIn(page)).toBe('/console/');
  expect(tokenRequests()).toBe(before);
});

/** Lets the time of a page pass until it renews its token. @returns what the provider answered */
async function renewIn(page: Page): Promise<Response> {
  const renewed = page.waitForResponse((answer) => answer.url() === `${provider.origin}/token`);
  await page.mouse.move(1, 1);
  await page.clock.fastForward((ACCESS_TOKEN_SECONDS - 20) * 1000);
  return renewed;
}

test('a token is renewed before it ends, and when the provider gives no other, one is signed out and told why', async () => {
  const { page, allow } = await visits.open(LINK);
  await page.clock.install();
  await goToProvider(page);
  const [, , , first = ''] = await signInAtProvider(page, 'olga');
  await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();

  const renewal = await renewIn(page);
  expect(renewal.status()).toBe(200);
  const body: Readonly<Record<string, unknown>> = await renewal.json();
  for (const name of TOKENS) if (typeof body[name] === 'string') visits.keepSecret(body[name]);
  const asked = page.waitForRequest((request) => new URL(request.url()).pathname === '/graphql');
  await page.getByRole('link', { name: 'Usage' }).click();
  expect((await asked).headers()['authorization']).toBe(`Bearer ${body['access_token']}`);
  await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();

  // A token for renewing that is used twice was stolen, so the provider takes back all that came of it.
  const reused = await fetch(`${provider.origin}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'console', refresh_token: first }),
  });
  expect(reused.status).toBe(400);
  allow(/400 \(Bad Request\)/);
  expect((await renewIn(page)).status()).toBe(400);
  await page.getByText('Your sign-in at the identity provider has ended.').waitFor();
  await providerButton(page).waitFor();
});
