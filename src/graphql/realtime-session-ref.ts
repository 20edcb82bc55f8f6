import type { ListedSession } from '../domain/session.ts';
import { builder } from './builder.ts';

/** Apart from its fields, because audit events and sessions refer to each other. */
export const RealtimeSessionType = builder.objectRef<ListedSession>('RealtimeSession');
