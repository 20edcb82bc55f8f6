import type { Call } from '../calls/call.ts';
import { builder } from './builder.ts';

/** In a file of its own because sessions have calls, and calls refer to sessions. realtime-call.ts has its fields. */
export const RealtimeCallType = builder.objectRef<Call>('RealtimeCall');
