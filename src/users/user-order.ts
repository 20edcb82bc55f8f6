import type { ListingOrder } from '../platform/database/page.ts';

/** The orders of a listing of users: what its cursors hold, and in which direction it is read. */
export const userOrders = {
  LAST_SESSION_AT_DESC: { sortedBy: 'time', direction: 'DESC' },
  NEXT_EXPIRY_AT_ASC: { sortedBy: 'time', direction: 'ASC' },
  CREATED_AT_DESC: { sortedBy: 'id', direction: 'DESC' },
} as const satisfies Record<string, ListingOrder>;

export type UserOrder = keyof typeof userOrders;
