import type { Config } from './config.ts';
import type { Secret } from './domain/secret.ts';
import { createOpenAi } from './providers/openai.ts';
import { createOpenAiBeta } from './providers/openai-beta.ts';
import type { ClosableProvider } from './providers/provider-over-http.ts';
import { createSandboxProvider } from './providers/sandbox.ts';
import { StartError } from './start-error.ts';

/** The configured provider, ready to mint. */
export async function openProvider({
  provider,
  openai,
  upstreamTimeoutMs,
}: Config): Promise<ClosableProvider> {
  const account = (apiKey: Secret | undefined) => {
    if (apiKey === undefined) throw new StartError('OPENAI_API_KEY is needed.');
    return { ...openai, apiKey, timeoutMs: upstreamTimeoutMs };
  };
  switch (provider) {
    case 'sandbox':
      return createSandboxProvider({ timeoutMs: upstreamTimeoutMs });
    case 'openai':
      return createOpenAi({ name: provider, ...account(openai.apiKey) });
    case 'openai-beta':
      return createOpenAiBeta({ name: provider, ...account(openai.apiKey) });
    default:
      return provider satisfies never;
  }
}
