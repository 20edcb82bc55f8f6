export const userOrders = ['LAST_SESSION_AT_DESC', 'NEXT_EXPIRY_AT_ASC', 'CREATED_AT_DESC'] as const;
export type UserOrderName = (typeof userOrders)[number];

export const pageSizes = [20, 50, 100] as const;
export type PageSize = (typeof pageSizes)[number];

/** What the page of users shows. A field that is absent has its default. */
export type UsersSearch = {
  /** The beginning of the external id; the whole of it where exact is set. */
  readonly q?: string;
  readonly exact?: true;
  /** Users with an ACTIVE session, or users without one. */
  readonly live?: boolean;
  readonly suspended?: boolean;
  /** Of the users on the page, only those that have used 80 % of a limit. */
  readonly near?: true;
  readonly order?: UserOrderName;
  /** The id of the application whose limits the page shows. */
  readonly application?: string;
  readonly size?: PageSize;
  readonly after?: string;
  readonly before?: string;
};

/** Reads the address. What it does not know is dropped. */
export function validateSearch(search: Record<string, unknown>): UsersSearch {
  const q = text(search['q']);
  const live = truth(search['live']);
  const suspended = truth(search['suspended']);
  const order = userOrders.find((name) => name === search['order']);
  const size = pageSizes.find((count) => count === search['size']);
  const application = text(search['application']);
  const after = text(search['after']);
  const before = after === undefined ? text(search['before']) : undefined;
  return {
    ...(q !== undefined && { q }),
    ...(search['exact'] === true && { exact: true }),
    ...(live !== undefined && { live }),
    ...(suspended !== undefined && { suspended }),
    ...(search['near'] === true && { near: true }),
    ...(order !== undefined && { order }),
    ...(size !== undefined && { size }),
    ...(application !== undefined && { application }),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
  };
}

/** The router reads a search like q=42 as a number, although it is a text that looks like one. */
function text(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function truth(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
