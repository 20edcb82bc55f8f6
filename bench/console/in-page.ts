// What runs in the page. Each function is sent there alone, as its source, so that it uses nothing outside of itself.

/** One step in the console, in words that the page understands. */
export type Step = {
  /** Where it goes, as a link of the console does; null: the form that signs in is sent. */
  readonly path: string | null;
  /** The page's h1 when it is there; null: whatever it is. */
  readonly heading: string | null;
  /** Queries that must have been answered. */
  readonly waits: readonly string[];
  /** The table whose rows must be those that this query has answered. */
  readonly list: { readonly label: string; readonly query: string; readonly field: string } | null;
  readonly patienceMs: number;
};

/** A query that the console has asked. */
type Asked = { readonly query: string; readonly init: RequestInit; answer: unknown };
export type Bench = { readonly asked: Asked[]; readonly fetch: typeof fetch };
/** How long the answer to a query took. */
export type Answered = { readonly query: string; readonly milliseconds: number };

/** Before any script of the page: notes each query that it asks, and what is answered. */
export function watchQueries(): void {
  const original = window.fetch.bind(window);
  const asked: Asked[] = [];
  Reflect.set(window, 'bench', { asked, fetch: original });
  window.fetch = async (input, init = {}) => {
    const query = typeof init.body === 'string' && /\bquery (\w+)/.exec(init.body)?.[1];
    if (typeof query !== 'string') return original(input, init);
    const { signal: _, ...rest } = init;
    const one: Asked = { query, init: rest, answer: null };
    asked.push(one);
    const response = await original(input, init);
    // As it is read by the console: a copy would be cut off with the request when that is done.
    const read = response.text.bind(response);
    response.text = async () => {
      const text = await read();
      one.answer = JSON.parse(text);
      return text;
    };
    return response;
  };
}

/** Takes a step. @returns milliseconds until all of it is shown, and the page is free to be used */
export async function takeStep({ path, heading, waits, list, patienceMs }: Step): Promise<number> {
  const { asked }: Bench = Reflect.get(window, 'bench');
  asked.length = 0;
  const answerTo = (query: string) => asked.findLast((one) => one.query === query)?.answer ?? null;

  function isShown(): boolean {
    const main = document.querySelector('main');
    if (main === null || waits.some((query) => answerTo(query) === null)) return false;
    if (heading !== null && main.querySelector('h1')?.textContent !== heading) return false;
    if (main.querySelector('[data-stale], [aria-busy="true"], [class*="skeleton"]') !== null) return false;
    return list === null || showsAnswer(list);
  }

  function showsAnswer({ label, query, field }: NonNullable<Step['list']>): boolean {
    const links = document.querySelectorAll<HTMLAnchorElement>(`[aria-label="${label}"] tbody th a`);
    const shown = Array.from(links, ({ pathname }) => decodeURIComponent(pathname.split('/').at(-1) ?? ''));
    const answer: { data?: Record<string, { nodes: { id: string }[] }> } = Object(answerTo(query));
    const ids = answer.data?.[field]?.nodes.map(({ id }) => id) ?? [];
    return ids.length > 0 && ids.join() === shown.join();
  }

  const shown = new Promise<void>((resolve, reject) => {
    const look = () => {
      if (!isShown()) return;
      observer.disconnect();
      clearTimeout(timer);
      resolve();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    const timer = setTimeout(() => {
      const missing = waits.filter((query) => answerTo(query) === null).join(', ') || 'nothing';
      const text = document.querySelector('main')?.textContent.slice(0, 300);
      reject(
        new Error(`${path ?? 'signing in'} is not shown; unanswered: ${missing}; the page says: ${text}`),
      );
    }, patienceMs);
  });
  const startedAt = performance.now();
  if (path === null) document.querySelector<HTMLButtonElement>('button[type="submit"]')?.click();
  else history.pushState({}, '', path);
  await shown;
  // Once it is painted and nothing is left to do.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
  const milliseconds = performance.now() - startedAt;
  const wrong = asked.find(({ answer }) => Object(answer).errors !== undefined);
  if (wrong !== undefined) throw new Error(`${wrong.query} failed: ${JSON.stringify(wrong.answer)}`);
  return milliseconds;
}

/** Asks again what the last step has asked: all at once, and one after the other. */
export async function askAgain(): Promise<{
  readonly atOnce: readonly Answered[];
  readonly alone: readonly Answered[];
}> {
  const bench: Bench = Reflect.get(window, 'bench');
  async function ask({ query, init }: Asked): Promise<Answered> {
    const startedAt = performance.now();
    await (await bench.fetch('/graphql', init)).json();
    return { query, milliseconds: performance.now() - startedAt };
  }
  const asked = [...bench.asked];
  const atOnce = await Promise.all(asked.map(ask));
  const alone: Answered[] = [];
  for (const one of asked) alone.push(await ask(one));
  return { atOnce, alone };
}

/** The user of a row of the sessions that are shown. */
export function userOfRow(row: number): { readonly path: string; readonly externalId: string } {
  const links = document.querySelectorAll<HTMLAnchorElement>('main tbody a[href*="/console/users/"]');
  const link = links[row % links.length];
  if (link === undefined) throw new Error('No session has a user');
  return { path: link.pathname, externalId: link.textContent };
}
