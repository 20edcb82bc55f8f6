import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterEach, expect } from 'vitest';
import { ROOT_KEY, type TestGateway } from '../../support/gateway.ts';
import { findingsIn } from './findings.ts';
import { type Watched, watchPages } from './watch-page.ts';

export type Visit = {
  readonly page: Page;
  /** Another page of the same browser, e.g. a second tab. */
  readonly another: () => Promise<Page>;
  /** See Watched.allow. */
  readonly allow: (pattern: RegExp) => void;
};

export type Visits = {
  /** A browser of its own that nobody has used before, at a page of the console. */
  readonly open: (path: string, options?: BrowserContextOptions) => Promise<Visit>;
  /** The same, signed in by a key. */
  readonly signIn: (
    path: string,
    options?: BrowserContextOptions & { readonly key?: string },
  ) => Promise<Visit>;
  /** What must never be in storage, in an address, or in memory after the end. */
  readonly keepSecret: (secret: string) => void;
};

type Opened = Visit & { readonly watched: Watched };

/**
 * Visits to a gateway's console. After each test its pages are looked at: nothing was refused by the content security policy,
 * no error was logged, nobody else was asked, and no secret is where it must not be.
 * @param origins further ones that its pages may ask, e.g. of an identity provider
 */
export function useVisits(
  browser: Browser,
  gateway: Pick<TestGateway, 'url'>,
  origins: () => readonly string[] = () => [],
): Visits {
  let opened: Opened[] = [];
  const secrets = new Set<string>([ROOT_KEY]);

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const { origin } = new URL(gateway.url);
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      timezoneId: 'Europe/Amsterdam',
      reducedMotion: 'reduce',
      ...options,
    });
    // Generous: it only ends a test that has failed.
    context.setDefaultTimeout(60_000);
    const watched = await watchPages(context, [origin, ...origins()]);
    const page = await context.newPage();
    const visit = { page, another: () => context.newPage(), allow: watched.allow, watched };
    opened.push(visit);
    await page.goto(`${origin}/console${path}`);
    return visit;
  }

  async function signIn(path: string, { key = ROOT_KEY, ...options }: Parameters<Visits['signIn']>[1] = {}) {
    secrets.add(key);
    const visit = await open(path, options);
    await signInAt(visit.page, key);
    return visit;
  }

  afterEach(async () => {
    const visits = opened;
    opened = [];
    for (const visit of visits) {
      expect.soft(await findingsIn(visit.page.context(), visit.watched, secrets, signOut)).toEqual([]);
      await visit.page.context().close();
    }
  });
  return { open, signIn, keepSecret: (secret) => void secrets.add(secret) };
}

/** Signs in with a key on the page that asks for it. */
export async function signInAt(page: Page, key: string): Promise<void> {
  await page.getByLabel('API key or root key').fill(key);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Sign out' }).waitFor({ state: 'attached' });
}

async function signOut(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Sign out', includeHidden: true });
  if ((await button.count()) === 0) return;
  // In a dialog or a closed menu nobody could click it; here it only matters what is left afterwards.
  const loaded = page.waitForEvent('load');
  await button.dispatchEvent('click');
  await loaded;
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
}
