import type { Order } from '../platform/database/page.ts';

/** What users can be sorted by. The one description of each order: cursors and SQL are both made from it. */
export const userOrders = {
  LAST_SESSION_AT_DESC: { by: 'time', direction: 'DESC' },
  NEXT_EXPIRY_AT_ASC: { by: 'time', direction: 'ASC' },
  CREATED_AT_DESC: { by: 'id', direction: 'DESC' },
} as const satisfies Record<string, Order>;

export type UserOrder = keyof typeof userOrders;
