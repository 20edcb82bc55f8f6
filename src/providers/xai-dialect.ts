import { readGaAnswer } from './ga-dialect.ts';
import type { WireDialect } from './wire-dialect.ts';
import { withoutUndefined } from './without-undefined.ts';

/**
 * POST /realtime/client_secrets as xAI has it: no anchor, and of a session only its model and its reasoning. Clients
 * configure the rest when they connect. An answer with a session is read like that of the GA API.
 */
export const xaiDialect: WireDialect = {
  name: 'xai',
  path: () => '/realtime/client_secrets',
  writeRequest({ type, model, extra: { reasoning } }, expiresAfterSeconds) {
    if (type !== 'REALTIME') return null;
    return {
      expires_after: { seconds: expiresAfterSeconds },
      session: withoutUndefined({ model, reasoning }),
    };
  },
  readAnswer: readGaAnswer,
};
