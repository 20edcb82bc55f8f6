import { expect, test } from 'vitest';
import { issue, readUser, setPolicy, trailOf } from '../support/ask.ts';
import { bearer, createApplication, createKey } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { signInAt, useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

/** The page of a user that has one session. */
async function visitUser(externalId: string) {
  const { session } = await issue(gateway, { externalUserId: externalId });
  const visit = await visits.signIn(`/users/${encodeURIComponent(session.user.id)}`);
  await visit.page.getByRole('heading', { level: 1, name: externalId }).waitFor();
  return visit;
}

test('a user is suspended with a reason, refused, and reinstated', async () => {
  const { page } = await visitUser('alice');
  await page.getByRole('button', { name: 'Suspend…' }).click();
  await page.getByRole('dialog').getByLabel('Reason').fill('Sold secrets.');
  await page.getByRole('dialog').getByRole('button', { name: 'Suspend', exact: true }).click();
  await page.getByText('alice is suspended.').waitFor();
  expect((await issue(gateway, { externalUserId: 'alice' })).__typename).toBe('UserSuspendedError');

  await page.getByRole('button', { name: 'Reinstate…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reinstate', exact: true }).click();
  await page.getByText('alice is reinstated.').waitFor();
  expect((await issue(gateway, { externalUserId: 'alice' })).__typename).toBe('CreateRealtimeSessionSuccess');
  const actions = (await trailOf(database, 'alice')).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['user.suspended', 'user.reinstated']));
});

test('a policy that is set here refuses the next mint, and the playground says so in words', async () => {
  const { page } = await visitUser('bob');
  await page.getByRole('button', { name: 'Set Longest lifetime of a secret for this user' }).click();
  await page.getByLabel('Longest lifetime of a secret, own value (seconds)').fill('60');
  await page.getByRole('region', { name: 'What saving changes' }).getByText('60').first().waitFor();
  await page.getByRole('button', { name: 'Save 1 change' }).click();
  await page.getByText('The limits of bob are set.').waitFor();
  expect((await readUser(gateway, 'bob')).policyOverrides.maxTtlSeconds).toBe(60);

  await page.getByRole('link', { name: 'Playground' }).click();
  await page.getByLabel('External user id').fill('bob');
  await page.getByLabel('Secret expires after (seconds)').fill('600');
  await page.getByRole('button', { name: 'Mint a session' }).click();
  await page.getByRole('heading', { name: /policy of this user does not allow it: the lifetime/ }).waitFor();
  await page.getByText('Allowed: 60 seconds.').waitFor();
});

test('a user is erased only after its name was typed', async () => {
  const { page } = await visitUser('carol');
  const { id } = await readUser(gateway, 'carol');
  await page.getByRole('button', { name: 'Erase…' }).click();
  const dialog = page.getByRole('dialog');
  const erase = dialog.getByRole('button', { name: 'Erase for ever' });
  await dialog.getByLabel('Type carol to confirm').fill('caro');
  expect(await erase.getAttribute('aria-disabled')).toBe('true');
  await page.keyboard.press('Enter');
  expect(await readUser(gateway, 'carol')).not.toBeNull();
  await dialog.getByLabel('Type carol to confirm').fill('carol');
  await erase.click();
  await page.getByRole('heading', { level: 1, name: 'Erased user' }).waitFor();
  expect(await readUser(gateway, 'carol')).toBeNull();
  const { body } = await gateway.ask('query ($id: ID!) { user(id: $id) { externalId erasedAt } }', { id });
  expect(body.data.user).toEqual({ externalId: null, erasedAt: expect.any(String) });
});

test('the limits of an application are set here, and apply to its users', async () => {
  const { application } = await createApplication(gateway, 'Support desk');
  const { value } = await createKey(gateway, application.id, { scopes: ['SESSIONS_CREATE'] });
  const ofApplication = {
    ask: (query: string, variables = {}) => gateway.ask(query, variables, bearer(value)),
  };
  const mint = () => issue(ofApplication, { externalUserId: 'dora', expiresAfterSeconds: 600 });
  const { page } = await visits.signIn('/applications');
  await page.getByRole('button', { name: 'Limits of Support desk' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Set Longest lifetime of a secret for this application' }).click();
  await dialog.getByLabel('Longest lifetime of a secret, own value (seconds)').fill('60');
  await dialog.getByRole('region', { name: 'What saving changes' }).getByText('60').first().waitFor();
  await dialog.getByRole('button', { name: 'Save 1 change' }).click();
  await page.getByText('The limits of Support desk are set.').waitFor();
  await dialog.getByText("application's own", { exact: true }).waitFor();
  expect((await mint()).__typename).toBe('PolicyViolationError');

  await dialog.getByRole('button', { name: 'Inherit Longest lifetime of a secret' }).click();
  await dialog.getByRole('button', { name: 'Save 1 change' }).click();
  await dialog.getByText("application's own", { exact: true }).waitFor({ state: 'detached' });
  expect((await mint()).__typename).toBe('CreateRealtimeSessionSuccess');
});

test('the list of users says who is live now, without a reload', async () => {
  const { page } = await visits.open('/users?q=eve&nobody=knows');
  await page.clock.install();
  await signInAt(page, ROOT_KEY);
  await page.getByText('external id starts with “eve”').waitFor();
  await issue(gateway, { externalUserId: 'eve' });
  await page.clock.fastForward('00:20');
  await page.getByRole('row').filter({ hasText: 'eve' }).waitFor();
  await page.getByText('Updated').waitFor();
  // What the page does not know does not stay in its address.
  expect(new URL(page.url()).search).toBe('?q=eve');
});

test('an event leads to what it concerns, above it stands how far the trail is sealed', async () => {
  const { application } = await createApplication(gateway, 'Shop');
  await setPolicy(gateway, { applicationId: application.id, maxMintsPerDay: 5 });
  const { page } = await visits.signIn('/audit');
  const row = page.getByRole('row').filter({ hasText: 'Limits changed' }).filter({ hasText: 'Shop' });
  await row.getByRole('link', { name: 'Limits changed' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'its limits' }).click();
  await page.getByRole('dialog').getByText('5 sessions').waitFor();

  await page.goBack();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  const seal = page.getByRole('region', { name: 'Seal of the trail' });
  await expect
    .poll(async () => {
      const { body } = await gateway.ask('{ gateway { trail { sealedEvents lastHead } } }');
      const { sealedEvents, lastHead } = body.data.gateway.trail;
      await seal.getByRole('button', { name: 'Check again' }).click();
      const text = (await seal.textContent()) ?? '';
      return [String(sealedEvents), lastHead.slice(0, 12), '0 events'].filter((part) => !text.includes(part));
    })
    .toEqual([]);
});
