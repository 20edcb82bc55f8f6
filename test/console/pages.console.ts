import { describe, expect, test } from 'vitest';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { seriousFindings } from './support/axe.ts';
import { useBrowser } from './support/browser.ts';
import { CONSOLE_ENV } from './support/console-env.ts';
import { PAGES, settled, THEMES, WIDTHS } from './support/pages.ts';
import { useVisits } from './support/visits.ts';
import { makeWorld } from './support/world.ts';

const database = useDatabase();
const gateway = useGateway(database, CONSOLE_ENV);
const world = use(
  () => makeWorld(gateway),
  () => {},
);
const browser = useBrowser();
const visits = useVisits(browser, gateway);

describe.each(THEMES)('in the %s theme', (colorScheme) => {
  test.each(Object.entries(PAGES))(
    '%s has nothing that axe finds serious, wide or narrow',
    async (_name, pathOf) => {
      const { page } = await visits.signIn(pathOf(world), { colorScheme });
      for (const viewport of WIDTHS) {
        await page.setViewportSize(viewport);
        await settled(page);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        expect.soft(await seriousFindings(page), `${viewport.width} px`).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect.soft(overflow, `what hangs out of a page of ${viewport.width} px`).toBeLessThanOrEqual(0);
      }
    },
  );
});
