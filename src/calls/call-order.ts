import type { Order } from '../platform/database/page.ts';

/** By when the secret was used; calls go by their sessions' ids, which say when those were reserved. */
export const CALLS_NEWEST_FIRST = { by: 'time', direction: 'DESC' } as const satisfies Order;
