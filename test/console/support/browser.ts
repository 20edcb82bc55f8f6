import { type Browser, chromium } from 'playwright-core';
import { use } from '../../support/fixture.ts';

/** The browser that run.ts has found, without a window. */
export function useBrowser(): Browser {
  return use(
    () =>
      chromium.launch({
        executablePath: process.env['CONSOLE_BROWSER'] ?? '',
        // It looks at our own pages only, and in containers its sandbox does not start.
        args: ['--no-sandbox'],
      }),
    (browser) => browser.close(),
  );
}
