/** Ctrl-K: goes to a page, a session or a user. */
export function CommandPalette() {
  return null;
}
