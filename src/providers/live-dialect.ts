import type { WireDialect } from './wire-dialect.ts';

/** The Live API has no client secrets: its sessions are opened by their provider's key alone (calls/live-wire.ts). */
export const liveDialect: WireDialect = {
  name: 'live',
  path: () => '/live/sessions',
  writeRequest: () => null,
  readAnswer: () => null,
};
