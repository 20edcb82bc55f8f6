import type { Config } from '../platform/config/config.ts';
import { StartError } from '../platform/process/start-error.ts';
import type { ClosableProvider } from './provider-over-http.ts';
import { type ProviderSettings, registry } from './registry.ts';

/**
 * Opens the configured provider.
 * @throws StartError when a variable that it needs is unset
 */
export async function openProvider(
  config: Pick<Config, 'provider' | 'upstreamTimeoutMs' | 'proxies'> & ProviderSettings,
): Promise<ClosableProvider> {
  const definition = registry.providers.find(({ name }) => name === config.provider);
  if (definition === undefined) throw new StartError('GATEHOUSE_PROVIDER names no provider.');
  return definition.create(config);
}
