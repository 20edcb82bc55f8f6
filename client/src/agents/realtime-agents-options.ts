import type { MintedToken } from '../fetch-token.ts';

export type RealtimeAgentsOptions = {
  /** Mints a client secret: asked once for each connection, because a secret is not to be used twice. */
  readonly mint: () => Promise<Pick<MintedToken, 'token' | 'sessionId'>>;
} & (
  | { readonly baseUrl?: undefined; readonly transport?: undefined; readonly model?: undefined }
  | {
      /** The base URL of a provider that is not OpenAI, e.g. "https://NAME.openai.azure.com/openai/v1". */
      readonly baseUrl: string | URL;
      readonly transport: 'webrtc';
      readonly model?: undefined;
    }
  | {
      readonly baseUrl: string | URL;
      readonly transport: 'websocket';
      /** The model, which the address of a WebSocket names. */
      readonly model: string;
    }
);

export type AgentsConnectOptions = {
  readonly apiKey: () => Promise<string>;
  /** Left out where the SDK knows the address. */
  readonly url?: string;
  /** The gateway's id of the session that was minted last, for reportUsageFrom. Undefined before the first. */
  readonly sessionId: () => string | undefined;
};

/**
 * Options for `connect` of a RealtimeSession, or of its transports, of @openai/agents-realtime: each connection gets a client
 * secret of its own, which is handed to the SDK and not kept.
 */
export function realtimeAgentsOptions({
  mint,
  baseUrl,
  transport,
  model,
}: RealtimeAgentsOptions): AgentsConnectOptions {
  let sessionId: string | undefined;
  return {
    apiKey: async () => {
      const minted = await mint();
      sessionId = minted.sessionId;
      return minted.token;
    },
    ...(baseUrl === undefined ? {} : { url: urlOf(new URL(baseUrl), transport, model) }),
    sessionId: () => sessionId,
  };
}

function urlOf(base: URL, transport: 'webrtc' | 'websocket', model: string | undefined): string {
  const url = new URL(base);
  const path = url.pathname.replace(/\/+$/, '');
  if (transport === 'webrtc') {
    url.pathname = `${path}/realtime/calls`;
    return url.href;
  }
  url.protocol = url.protocol === 'http:' ? 'ws:' : 'wss:';
  url.pathname = `${path}/realtime`;
  if (model !== undefined) url.searchParams.set('model', model);
  return url.href;
}
