import { existsSync } from 'node:fs';
import { StartError } from '../process/start-error.ts';
import { type Config, loadConfig, type Needs, type Values } from './config.ts';
import type { ProviderRegistry } from './provider-choice.ts';
import type { Variables } from './variable.ts';

/**
 * Reads the configuration from the environment and the `.env` file of the working directory; the environment wins.
 * @throws ConfigError, or StartError when there is such a file and it cannot be read
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
  return loadConfig(process.env, registry, needs);
}
