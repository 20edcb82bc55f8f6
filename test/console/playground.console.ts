import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createGatehouse } from '../../client/src/index.ts';
import { issue, setPolicy, suspendUser } from '../support/ask.ts';
import { createApplication } from '../support/callers.ts';
import { useDatabase, useGateway } from '../support/fixture.ts';
import { ROOT_KEY } from '../support/gateway.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { secretsInMemory } from './support/secrets-in-page.ts';
import { useVisits } from './support/visits.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const browser = useBrowser();
const visits = useVisits(browser, gateway);
const run = promisify(execFile);

const mint = (page: Page) => page.getByRole('button', { name: 'Mint a session' }).click();
const codeOf = (page: Page, name: string) => page.getByRole('figure', { name }).locator('pre').textContent();

test('the secret is shown once, can be copied, and is gone when it is hidden', async () => {
  const { page } = await visits.signIn('/playground?user=alice', {
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  await mint(page);
  const shown = page.getByRole('group', { name: 'Client secret' });
  const secret = (await shown.getByText(/^ek_/).textContent()) ?? '';
  await page.getByRole('button', { name: 'Copy client secret' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await page.getByText('It is a secret of the sandbox, which opens nothing').waitFor();
  await page.getByRole('button', { name: 'Hide now' }).click();
  await page.getByText('is hidden, and cannot be shown again').waitFor();
  expect(await page.content()).not.toContain(secret);
  expect(await secretsInMemory(page, new Set([secret]))).toEqual([]);
});

test('so is the value of a key, once it is stored', async () => {
  const { application } = await createApplication(gateway, 'a backend');
  const { page } = await visits.signIn('/applications');
  await page.getByRole('button', { name: `New key for ${application.name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('production');
  await dialog.getByLabel('SESSIONS_CREATE').check();
  await dialog.getByRole('button', { name: 'Create key' }).click();
  const value = await dialog.getByRole('textbox', { name: 'API key' }).inputValue();
  expect(value).toMatch(/^gh_/);
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByRole('row').filter({ hasText: 'production' }).waitFor();
  expect(await secretsInMemory(page, new Set([value]))).toEqual([]);
});

test('what it writes is what it sends, and the credential is not in it', async () => {
  const { page } = await visits.signIn('/playground');
  await page.getByLabel('External user id').fill("o'hara $HOME `id`");
  await page.getByLabel('Instructions').fill('Say "hello"\nJSON\n$KEY');
  await page.getByText('Turns and answers').click();
  await page.getByLabel('End of a turn').selectOption('By volume and silence');
  await page.getByLabel('Threshold (0 to 1)').fill('0.7');
  await page.getByText('Tools, labels and the rest').click();
  await page.getByLabel('Labels').fill('team=support');
  const tools = [
    { mcp: { serverLabel: 'm', serverUrl: 'https://mcp.example.test', authorization: 'MCP-PASSWORD' } },
  ];
  await page.getByLabel('Tools (JSON)').fill(JSON.stringify(tools));
  const [variables, curl, typescript] = [
    await codeOf(page, 'variables'),
    await page
      .getByRole('tab', { name: 'curl' })
      .click()
      .then(() => codeOf(page, 'curl')),
    await page
      .getByRole('tab', { name: 'TypeScript' })
      .click()
      .then(() => codeOf(page, 'TypeScript')),
  ];
  for (const text of [variables, curl, typescript]) {
    expect(text).not.toContain(ROOT_KEY);
    expect(text).not.toContain('MCP-PASSWORD');
  }
  const sent = page.waitForRequest((request) => request.postData()?.includes('PlaygroundMint') === true);
  await mint(page);
  const { input } = JSON.parse((await sent).postData() ?? '').variables;
  const written = { ...JSON.parse(variables ?? '').input, tools };
  expect(input).toEqual(written);
  expect(input).toMatchObject({
    turnDetection: { serverVad: { threshold: 0.7 } },
    labels: [{ key: 'team', value: 'support' }],
  });

  await page.getByRole('button', { name: 'Hide now' }).click();

  const { stdout } = await run('bash', ['-c', curl ?? ''], { env: { ...process.env, KEY: ROOT_KEY } });
  const { clientSecret } = JSON.parse(stdout).data.createRealtimeSession;
  expect(clientSecret.value).toMatch(/^ek_/);

  // The program, with its import taken from here, and what it prints caught.
  const printed: unknown[] = [];
  const body = (typescript ?? '').replace(/^import .*$/m, '');
  const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
  process.env['KEY'] = ROOT_KEY;
  await new AsyncFunction('createGatehouse', 'console', body)(createGatehouse, {
    log: (...texts: unknown[]) => printed.push(...texts),
  });
  delete process.env['KEY'];
  expect(printed).toEqual([expect.any(String), clientSecret.value.length]);
});

test.each([
  ['a quota', { maxActiveSessions: 0 }, {}, /used up a quota: 0 of 0 active sessions/],
  [
    'a model',
    { allowedModels: ['gpt-realtime'] },
    { Model: 'gpt-4o' },
    /policy of this user does not allow it: the model/,
  ],
])('%s that refuses it is told in words', async (name, limits, fields, title) => {
  const user = `user of ${name}`;
  await setPolicy(gateway, { externalUserId: user, ...limits });
  const { page } = await visits.signIn(`/playground?user=${encodeURIComponent(user)}`);
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
  await mint(page);
  await page.getByRole('heading', { name: title }).waitFor();
});

test('so are a suspension, a failure of the provider, and an input that cannot be used', async () => {
  await suspendUser(gateway, { externalUserId: 'mallory' });
  await issue(gateway, { externalUserId: 'alice' });
  const { page } = await visits.signIn('/playground?user=mallory');
  await mint(page);
  await page.getByRole('heading', { name: 'The user is suspended.' }).waitFor();

  await page.getByLabel('External user id').fill('alice');
  await page.getByLabel('Model', { exact: true }).fill('sandbox-500');
  await mint(page);
  await page.getByText('A secret may exist at the provider, but nobody received it.').waitFor();
  await page.getByText('HTTP 500').waitFor();
  await page.getByRole('link', { name: 'The record of the attempt' }).waitFor();

  await page.getByLabel('Model', { exact: true }).fill('');
  await page.getByLabel('Secret expires after (seconds)').fill('1');
  await mint(page);
  await page.getByRole('heading', { name: 'The gateway cannot use this input.' }).waitFor();
  const field = page.getByLabel('Secret expires after (seconds)');
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await field.fill('soon');
  await page.getByText('must be a number').waitFor();
});
