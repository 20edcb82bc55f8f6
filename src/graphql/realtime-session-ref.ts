import type { ListedSession } from '../sessions/session.ts';
import { builder } from './builder.ts';

/** In a file of its own because sessions have audit events, and these refer to sessions. realtime-session.ts has its fields. */
export const RealtimeSessionType = builder.objectRef<ListedSession>('RealtimeSession');
