import type { Browser } from 'playwright-core';
import { use } from '../../support/fixture.ts';
import { launchBrowser } from './launch-browser.ts';

/** The browser that run.ts has found, without a window. */
export function useBrowser(): Browser {
  return use(
    () => launchBrowser(process.env['CONSOLE_BROWSER'] ?? ''),
    (browser) => browser.close(),
  );
}
