import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { PAGES, settled, THEMES, WIDTHS } from './support/pages.ts';
import { useVisits } from './support/visits.ts';
import { makeWorld } from './support/world.ts';

// Every page, in both themes and widths, into a folder that git ignores: npm run console:screenshots -- -t usage

const FOLDER = join(import.meta.dirname, '.screenshots');

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const world = use(
  () => makeWorld(gateway),
  () => {},
);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

test.each(Object.entries(PAGES))('%s', async (name, pathOf) => {
  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of THEMES) {
    const { page } = await visits.signIn(pathOf(world), { colorScheme });
    for (const viewport of WIDTHS) {
      await page.setViewportSize(viewport);
      await settled(page);
      await page.screenshot({
        path: join(FOLDER, `${name}-${colorScheme}-${viewport.width}.png`),
        fullPage: true,
      });
    }
  }
});

test('sign-in', async () => {
  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of THEMES) {
    const { page } = await visits.open('/', { colorScheme });
    for (const viewport of WIDTHS) {
      await page.setViewportSize(viewport);
      await settled(page);
      await page.screenshot({ path: join(FOLDER, `sign-in-${colorScheme}-${viewport.width}.png`) });
    }
  }
});
