import type { Order } from '../platform/database/page.ts';

/** What sessions can be sorted by. The one description of each order: cursors and SQL are both made from it. */
export const sessionOrders = {
  CREATED_AT_DESC: { by: 'id', direction: 'DESC' },
  CREATED_AT_ASC: { by: 'id', direction: 'ASC' },
  EXPIRES_AT_ASC: { by: 'time', direction: 'ASC' },
} as const satisfies Record<string, Order>;

export type SessionOrder = keyof typeof sessionOrders;
