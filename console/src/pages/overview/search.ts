/** The overview reads nothing from its address. */
export function validateSearch(_search: Record<string, unknown>): Record<never, never> {
  return {};
}
