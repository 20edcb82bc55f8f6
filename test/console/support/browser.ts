import { type Browser, chromium } from 'playwright-core';
import { use } from '../../support/fixture.ts';

/** The browser that run.ts has found, without a window. */
export function useBrowser(): Browser {
  return use(
    () =>
      chromium.launch({
        executablePath: process.env['CONSOLE_BROWSER'] ?? '',
        // It looks at our own pages only, and in containers its sandbox does not start.
        // Two pages of it that call each other have no mDNS to find each other by.
        args: ['--no-sandbox', '--disable-features=WebRtcHideLocalIpsWithMdns'],
      }),
    (browser) => browser.close(),
  );
}
