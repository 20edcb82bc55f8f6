const KEY = 'gatehouse.notice';

/**
 * Loads the page again, because only a page that begins anew surely remembers nothing: libraries, React's state before the
 * last and stack traces hold on to what they have seen.
 * @param notice one of our own texts, which the page then shows
 */
export function startAnew(notice: string | null): void {
  if (notice !== null) sessionStorage.setItem(KEY, notice);
  location.reload();
}

/** Why the page was loaded again, once. */
export function takeNotice(): string | null {
  const notice = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return notice;
}
