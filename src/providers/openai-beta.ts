import { flatDialect } from './flat-dialect.ts';
import { type ClosableProvider, type OpenAiOptions, providerOverHttp } from './provider-over-http.ts';

/**
 * The realtime beta: POST {baseUrl}/realtime/sessions. OpenAI removed it on 2026-05-12; it remains for proxies
 * that still speak it. No `OpenAI-Beta: realtime=v1` is sent: with it OpenAI answers beta_api_shape_disabled.
 */
export function createOpenAiBeta(options: OpenAiOptions): ClosableProvider {
  return providerOverHttp(flatDialect, options);
}
