import type { z } from 'zod';
import { apiKey, httpUrl } from '../platform/config/schemas.ts';
import { group, variable } from '../platform/config/variable.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import {
  type ClosableProvider,
  type ConnectionConfig,
  type ConnectionOptions,
  providerOverHttp,
} from './provider-over-http.ts';
import { xaiDialect } from './xai-dialect.ts';

const account = group({
  apiKey: variable('XAI_API_KEY', apiKey.optional(), "xAI's API key."),
  baseUrl: variable('XAI_BASE_URL', httpUrl.default('https://api.x.ai/v1'), "xAI's base URL."),
});

export type XaiOptions = ConnectionOptions & { readonly apiKey: Secret };

const LIMITS = {
  ttlSeconds: { min: 10, max: 3600, default: 600 },
  // xAI's documents named 30 minutes in spring 2026, and nothing since. Rather too long than too short: it is how long a
  // secret that leaked is watched.
  longestSessionSeconds: 7200,
};

/** xAI: POST {baseUrl}/realtime/client_secrets. */
export function createXai({ apiKey, ...http }: XaiOptions): ClosableProvider {
  return providerOverHttp({
    ...http,
    ...LIMITS,
    dialect: xaiDialect,
    headers: () => ({ authorization: `Bearer ${apiKey.forUpstream()}` }),
  });
}

type XaiConfig = ConnectionConfig & { readonly xai: z.output<typeof account> };

export const xai = {
  name: 'xai',
  variables: { xai: account },
  needs: [account.shape.apiKey],
  onlyByName: true,
  create: ({ xai: { apiKey, baseUrl }, upstreamTimeoutMs: timeoutMs, proxies }: XaiConfig) => {
    if (apiKey === undefined) throw new StartError('XAI_API_KEY is needed.');
    return createXai({ name: 'xai', apiKey, baseUrl, timeoutMs, proxies });
  },
} as const satisfies ProviderDefinition;
