const DAY_MS = 86_400_000;
const SECONDS = /^\d+(\.\d+)?$/;
// The two forms of RFC 9110 that name their time zone. Date.parse alone takes much more for a date.
const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -](\d{2}|\d{4}) \d{2}:\d{2}:\d{2} GMT$/;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/**
 * How long an answer's Retry-After asks to wait, in milliseconds, at most a day; null when it asks for nothing that can
 * be used. A date counts from the answer's own Date, because the clock that wrote it may differ from ours.
 */
export function retryAfterMs(headers: Headers): number | null {
  const value = first(headers['retry-after']) ?? '';
  const wait = SECONDS.test(value) ? 1000 * Number(value) : waitUntil(value, first(headers['date']));
  return wait >= 0 ? Math.min(Math.ceil(wait), DAY_MS) : null;
}

/** NaN when one of them is not a date. */
function waitUntil(value: string, answeredAt: string | undefined): number {
  if (!HTTP_DATE.test(value)) return Number.NaN;
  return Date.parse(value) - (answeredAt === undefined ? Date.now() : Date.parse(answeredAt));
}

function first(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header.trim() : header?.[0]?.trim();
}
