export type { MintedToken } from './fetch-token.ts';
export type {
  Connection,
  ConnectOptions,
  MintOptions,
  SessionOptions,
  SessionState,
  SessionStatus,
} from './react/session-controller.ts';
export { type UseRealtimeSession, useRealtimeSession } from './react/use-realtime-session.ts';
