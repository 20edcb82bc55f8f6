import type { Page } from 'playwright-core';
import type { World } from './world.ts';

export const THEMES = ['light', 'dark'] as const;
export const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;

/** Every page of the console, below /console. */
export const PAGES: Readonly<Record<string, (world: World) => string>> = {
  overview: () => '/',
  sessions: () => '/sessions',
  session: ({ sessionId }) => `/sessions/${encodeURIComponent(sessionId)}`,
  calls: () => '/calls',
  users: () => '/users',
  user: ({ userId }) => `/users/${encodeURIComponent(userId)}`,
  usage: () => '/usage',
  audit: () => '/audit',
  applications: () => '/applications',
  'leaked-secret': () => '/leaked-secret',
  playground: () => '/playground',
};

/** When a page has shown what it asked for. Live pages keep a stream open, so the network is never idle. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"], [data-visible]') === null);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}
