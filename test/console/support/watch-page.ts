import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core';

export type Watched = {
  /** What must not have happened: errors, violations of the content security policy, requests to elsewhere. */
  readonly problems: string[];
  /** Each URL that was asked for or shown. */
  readonly urls: string[];
  /** What was answered, as text. */
  readonly bodies: Promise<string>[];
  /** Problems that a test is about, e.g. a refused credential: they may happen from now on. */
  allow(pattern: RegExp): void;
};

/** Watches all pages of a context. @param origins what they may ask */
export async function watchPages(context: BrowserContext, origins: readonly string[]): Promise<Watched> {
  const problems: string[] = [];
  const urls: string[] = [];
  const bodies: Promise<string>[] = [];
  const allowed: RegExp[] = [];
  const note = (problem: string) => {
    if (!allowed.some((pattern) => pattern.test(problem))) problems.push(problem);
  };

  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { effectiveDirective, blockedURI, sourceFile, lineNumber, sample } = event;
      // biome-ignore lint/suspicious/noConsole: this is how it comes to the test
      console.error(
        `securitypolicyviolation: ${effectiveDirective} of ${blockedURI} at ${sourceFile}:${lineNumber} ${sample}`,
      );
    });
  });
  context.on('console', (message) => {
    if (isProblem(message)) note(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('weberror', (error) => note(`uncaught: ${String(error.error())}`));
  context.on('page', (page) => watchAddresses(page, urls));
  context.on('request', (request) => {
    const url = request.url();
    urls.push(url);
    if (!origins.includes(new URL(url).origin) && !url.startsWith('data:')) note(`foreign request: ${url}`);
  });
  context.on('response', (response) => {
    // A stream has no end to wait for.
    if (response.headers()['content-type']?.includes('json') === true)
      bodies.push(response.text().catch(() => ''));
  });
  return { problems, urls, bodies, allow: (pattern) => void allowed.push(pattern) };
}

function isProblem(message: ConsoleMessage): boolean {
  return message.type() === 'error' || message.type() === 'assert' || message.type() === 'warning';
}

function watchAddresses(page: Page, urls: string[]): void {
  page.on('framenavigated', (frame) => void urls.push(frame.url()));
}
