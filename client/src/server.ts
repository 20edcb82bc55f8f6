export {
  type RealtimeTokenOptions,
  realtimeTokenHandler,
  type SessionInput,
} from './server/realtime-token-handler.ts';
export { realtimeUrl } from './server/realtime-url.ts';
