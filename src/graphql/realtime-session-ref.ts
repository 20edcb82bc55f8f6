import type { ListedSession } from '../sessions/session.ts';
import { builder } from './builder.ts';

/** Apart from its fields, because audit events and sessions refer to each other. */
export const RealtimeSessionType = builder.objectRef<ListedSession>('RealtimeSession');
