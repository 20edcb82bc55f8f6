import { existsSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { StartError } from '../process/start-error.ts';
import { type Config, loadConfig, type Needs, type Values } from './config.ts';
import type { ProviderRegistry } from './provider-choice.ts';
import type { Variables } from './variable.ts';

/**
 * Reads the configuration from the environment and the `.env` file of the working directory; the environment wins.
 * @throws ConfigError, or StartError when .env cannot be read, or Node could not read the file of NODE_EXTRA_CA_CERTS
 */
export function readConfig<Settings extends Variables>(
  registry: ProviderRegistry<Settings>,
  needs: Needs = 'gateway',
): Config & Values<Settings> {
  if (existsSync('.env')) {
    try {
      process.loadEnvFile('.env');
    } catch (cause) {
      throw new StartError('.env in the working directory cannot be read as a file.', { cause });
    }
  }
  const config = loadConfig(process.env, registry, needs);
  // Node goes on without them, with a warning at most.
  if (config.extraCaCerts !== undefined && getCACertificates('extra').length === 0)
    throw new StartError(
      'Node found no certificates in the file of NODE_EXTRA_CA_CERTS. (Older versions of Node do not see the variable in .env.)',
    );
  return config;
}
