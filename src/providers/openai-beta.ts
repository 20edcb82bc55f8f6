import { flatDialect } from './flat-dialect.ts';
import {
  accountOf,
  createOnAccount,
  type OpenAiConfig,
  type OpenAiOptions,
  openaiAccount,
} from './openai-account.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import type { ClosableProvider } from './provider-over-http.ts';

/**
 * The realtime beta: POST {baseUrl}/realtime/sessions. OpenAI removed it on 2026-05-12; it remains for proxies
 * that still speak it. No `OpenAI-Beta: realtime=v1` is sent: with it OpenAI answers beta_api_shape_disabled.
 */
export function createOpenAiBeta(options: OpenAiOptions): ClosableProvider {
  return createOnAccount(flatDialect, null, options);
}

export const openaiBeta = {
  name: 'openai-beta',
  variables: { openai: openaiAccount },
  needs: [openaiAccount.shape.apiKey],
  onlyByName: true,
  create: (config: OpenAiConfig) => createOpenAiBeta({ ...accountOf(config), name: 'openai-beta' }),
} as const satisfies ProviderDefinition;
