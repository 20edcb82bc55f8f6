import type { Browser, CDPSession, Page } from '../../test/console/support/launch-browser.ts';
import { askAgain, takeStep, userOfRow, watchQueries } from './in-page.ts';
import { type Measured, SIGN_IN, stepsOf } from './steps.ts';

export type Taken = {
  readonly step: Measured;
  /** Until it is shown. */
  readonly consoleMs: number;
  /** Until the queries that it waits for are answered, asked without the console. */
  readonly queriesMs: number;
  /** Each of its queries alone. */
  readonly alone: ReadonlyMap<string, number>;
  /** What it cost: milliseconds of the page's main thread, which do not grow when the machine is busy, and requests. */
  readonly pageCpuMs: number;
  readonly requests: number;
};
type Cost = { readonly pageCpuMs: number; readonly requests: number };

export type Loaded = { readonly requests: number; readonly bytes: number };
export type Visit = {
  /** Until somebody can sign in. */
  readonly first: Loaded;
  /** Until the first page of the sessions is shown. */
  readonly sessions: Loaded;
  readonly taken: readonly Taken[];
};

/** One round: a browser that has nothing cached visits the console, and takes each step once. */
export async function visit(browser: Browser, origin: string, key: string, round: number): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  });
  try {
    await context.addInitScript(watchQueries);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const loaded = await watchLoading(session);
    const cost = await watchCost(session);
    await page.goto(`${origin}/console/sessions`, { waitUntil: 'networkidle' });
    const field = page.getByLabel('API key');
    await field.waitFor();
    const first = loaded();
    await field.fill(key);
    const taken = [await take(page, cost, SIGN_IN)];
    const sessions = loaded();
    const user = await page.evaluate(userOfRow, round);
    for (const step of stepsOf(user, Date.now())) taken.push(await take(page, cost, step));
    return { first, sessions, taken };
  } finally {
    await context.close();
  }
}

async function take(page: Page, cost: () => Promise<Cost>, step: Measured): Promise<Taken> {
  const { name: _name, aimMs: _aimMs, from, ...what } = step;
  if (from !== null) await page.evaluate(takeStep, from);
  const before = await cost();
  const consoleMs = await page.evaluate(takeStep, what);
  const after = await cost();
  const { atOnce, alone } = await page.evaluate(askAgain);
  const waited = atOnce.filter(({ query }) => step.waits.includes(query));
  return {
    step,
    consoleMs,
    queriesMs: Math.max(...waited.map(({ milliseconds }) => milliseconds)),
    alone: new Map(alone.map(({ query, milliseconds }) => [query, milliseconds])),
    pageCpuMs: after.pageCpuMs - before.pageCpuMs,
    requests: after.requests - before.requests,
  };
}

/** @returns tells what the page has loaded of the console so far, as it came over the wire, with headers */
async function watchLoading(session: CDPSession): Promise<() => Loaded> {
  const ofConsole = new Set<string>();
  const sizes: number[] = [];
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    if (new URL(request.url).pathname.startsWith('/console')) ofConsole.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (ofConsole.has(requestId)) sizes.push(encodedDataLength);
  });
  await session.send('Network.enable');
  return () => ({ requests: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) });
}

/** @returns tells what the page has cost so far */
async function watchCost(session: CDPSession): Promise<() => Promise<Cost>> {
  let requests = 0;
  session.on('Network.requestWillBeSent', () => {
    requests += 1;
  });
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const tasks = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    return { pageCpuMs: tasks * 1000, requests };
  };
}
