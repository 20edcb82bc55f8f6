import { liveWire } from './calls/live-wire.ts';
import { liveDialect } from './live-dialect.ts';
import {
  accountOf,
  createOnAccount,
  type OpenAiConfig,
  type OpenAiOptions,
  openaiAccount,
} from './openai-account.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import type { ClosableProvider } from './provider-over-http.ts';

/** OpenAI's Live API, with the models gpt-live-…: POST {baseUrl}/live/sessions. Its sessions are BROKERED, all of them. */
export function createOpenAiLive(options: OpenAiOptions): ClosableProvider {
  return {
    ...createOnAccount(liveDialect, liveWire, options),
    mints: false,
    longestSessionSeconds: liveWire.longestCallSeconds,
  };
}

export const openaiLive = {
  name: 'openai-live',
  variables: { openai: openaiAccount },
  needs: [openaiAccount.shape.apiKey],
  onlyByName: true,
  create: (config: OpenAiConfig) => createOpenAiLive({ ...accountOf(config), name: 'openai-live' }),
} as const satisfies ProviderDefinition;
