import type { Config } from '../platform/config/config.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { Secret } from '../platform/redaction/secret.ts';
import { createOpenAi } from './openai.ts';
import { createOpenAiBeta } from './openai-beta.ts';
import type { ClosableProvider } from './provider-over-http.ts';
import { createSandboxProvider } from './sandbox/sandbox.ts';

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
