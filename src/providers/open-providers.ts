import type { Config } from '../platform/config/config.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { ClosableProvider } from './provider-over-http.ts';
import { type ProviderSettings, registry } from './registry.ts';

/**
 * Opens the configured providers, in their order: the first is the default.
 * @throws StartError when a variable that one of them needs is unset; what was opened before it is closed again
 */
export async function openProviders(
  config: Pick<Config, 'providers' | 'upstreamTimeoutMs' | 'proxies'> & ProviderSettings,
): Promise<readonly [ClosableProvider, ...ClosableProvider[]]> {
  const opened: ClosableProvider[] = [];
  try {
    for (const name of config.providers) {
      const definition = registry.providers.find((entry) => entry.name === name);
      if (definition !== undefined) opened.push(await definition.create(config));
    }
    const [first, ...others] = opened;
    if (first === undefined) throw new StartError('No provider is configured.');
    return [first, ...others];
  } catch (error) {
    await Promise.all(opened.map((provider) => provider.close()));
    throw error;
  }
}
