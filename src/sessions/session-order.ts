import type { ListingOrder } from '../platform/database/page.ts';

/** The orders of a listing of sessions: what its cursors hold, and in which direction it is read. */
export const sessionOrders = {
  CREATED_AT_DESC: { sortedBy: 'id', direction: 'DESC' },
  CREATED_AT_ASC: { sortedBy: 'id', direction: 'ASC' },
  EXPIRES_AT_ASC: { sortedBy: 'time', direction: 'ASC' },
} as const satisfies Record<string, ListingOrder>;

export type SessionOrder = keyof typeof sessionOrders;
