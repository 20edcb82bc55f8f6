/** What this page reads from its URL. Unknown values are dropped. */
export function validateSearch(_search: Record<string, unknown>) {
  return {};
}
