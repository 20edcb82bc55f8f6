/** What the page of one user shows. A field that is absent has its default. */
export type UserSearch = {
  /** The id of the application through which the limits are looked at. */
  readonly application?: string;
  /** The month of the usage, e.g. "2026-11". Default: this one. */
  readonly month?: string;
};

/** Reads the address. What it does not know is dropped. */
export function validateSearch(search: Record<string, unknown>): UserSearch {
  const { application, month } = search;
  return {
    ...(typeof application === 'string' && application !== '' && { application }),
    ...(typeof month === 'string' && /^20\d\d-(0[1-9]|1[0-2])$/.test(month) && { month }),
  };
}
