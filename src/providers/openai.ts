import { realtimeWire } from './calls/realtime-wire.ts';
import { gaDialect } from './ga-dialect.ts';
import {
  accountOf,
  createOnAccount,
  type OpenAiConfig,
  type OpenAiOptions,
  openaiAccount,
} from './openai-account.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import type { ClosableProvider } from './provider-over-http.ts';

/** OpenAI as it is today, and whatever speaks like it: POST {baseUrl}/realtime/client_secrets and /realtime/calls. */
export function createOpenAi(options: OpenAiOptions): ClosableProvider {
  return createOnAccount(gaDialect, realtimeWire, options);
}

export const openai = {
  name: 'openai',
  variables: { openai: openaiAccount },
  needs: [openaiAccount.shape.apiKey],
  create: (config: OpenAiConfig) => createOpenAi({ ...accountOf(config), name: 'openai' }),
} as const satisfies ProviderDefinition;
