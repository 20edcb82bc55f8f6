import { existsSync } from 'node:fs';
import { StartError } from '../process/start-error.ts';
import { type Config, loadConfig, type Values } from './config.ts';
import type { ProviderRegistry } from './provider-choice.ts';
import type { Variables } from './variable.ts';

/**
 * The configuration out of the environment and the `.env` file of the working directory; the environment wins.
 * @throws ConfigError, or StartError when there is a file that cannot be read
 */
export function readConfig<Settings extends Variables>(
  registry: ProviderRegistry<Settings>,
): Config & Values<Settings> {
  if (existsSync('.env')) {
    try {
      process.loadEnvFile('.env');
    } catch (cause) {
      throw new StartError('.env in the working directory cannot be read as a file.', { cause });
    }
  }
  return loadConfig(process.env, registry);
}
