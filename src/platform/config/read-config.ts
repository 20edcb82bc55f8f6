import { accessSync, constants, existsSync } from 'node:fs';
import { StartError } from '../process/start-error.ts';
import { type Config, loadConfig, type Needs, type Values } from './config.ts';
import type { ProviderRegistry } from './provider-choice.ts';
import type { Variables } from './variable.ts';

/**
 * Reads the configuration from the environment and the `.env` file of the working directory; the environment wins.
 * @throws ConfigError, or StartError when a file cannot be read: .env, or the one of NODE_EXTRA_CA_CERTS
 */
export function readConfig<Settings extends Variables>(
  registry: ProviderRegistry<Settings>,
  needs: Needs = 'gateway',
): Config & Values<Settings> {
  const extraCaCerts = process.env['NODE_EXTRA_CA_CERTS'];
  if (existsSync('.env')) {
    try {
      process.loadEnvFile('.env');
    } catch (cause) {
      throw new StartError('.env in the working directory cannot be read as a file.', { cause });
    }
  }
  const config = loadConfig(process.env, registry, needs);
  if (config.extraCaCerts !== undefined) checkExtraCaCerts(config.extraCaCerts, extraCaCerts);
  return config;
}

/** Node warns of a file that it cannot read, and goes on without it. */
function checkExtraCaCerts(path: string, atStart: string | undefined): void {
  if (path !== atStart)
    throw new StartError(
      'NODE_EXTRA_CA_CERTS is in .env, which is too late: Node reads it when it starts. Set it in the environment.',
    );
  try {
    accessSync(path, constants.R_OK);
  } catch (cause) {
    throw new StartError('The file of NODE_EXTRA_CA_CERTS cannot be read.', { cause });
  }
}
