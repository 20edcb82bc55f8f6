import { type Browser, chromium } from 'playwright-core';

export type { Browser, CDPSession, Page } from 'playwright-core';

/** Starts a browser without a window. @param executablePath what find-browser.ts has found */
export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // It looks at our own pages only, and in containers its sandbox does not start.
    // Two pages of it that call each other have no mDNS to find each other by.
    args: [
      '--no-sandbox',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      // A microphone that hums. Pages get it when the test permits it.
      '--use-fake-device-for-media-stream',
    ],
  });
}
