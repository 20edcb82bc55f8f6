import { gaDialect } from './ga-dialect.ts';
import { type ClosableProvider, type OpenAiOptions, providerOverHttp } from './provider-over-http.ts';

/** OpenAI as it is today, and whatever speaks like it: POST {baseUrl}/realtime/client_secrets. */
export function createOpenAi(options: OpenAiOptions): ClosableProvider {
  return providerOverHttp(gaDialect, options);
}
