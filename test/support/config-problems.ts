import { expect } from 'vitest';
import {
  ConfigError,
  loadConfig as loadConfigWith,
  variablesByName,
} from '../../src/platform/config/config.ts';
import { registry } from '../../src/providers/registry.ts';

export type Environment = Record<string, string>;

// Stands in every value that must never be repeated.
export const CANARY = 'canary';
export const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

/** What a gateway with a database of its own must be given. */
export const database: Environment = { DATABASE_URL: 'postgresql://gatehouse:pw@db.example/gatehouse' };
export const keys: Environment = {
  GATEHOUSE_ROOT_KEY: 'k'.repeat(32),
  GATEHOUSE_FINGERPRINT_KEY: key(1),
  GATEHOUSE_AUDIT_KEY: key(2),
};
export const external: Environment = { ...database, ...keys, GATEHOUSE_PROVIDER: 'sandbox' };
export const NEEDED_TOGETHER =
  'is needed: tokens are accepted with all of GATEHOUSE_JWKS_URL, _ISSUER and _AUDIENCE';
export const identity: Environment = {
  GATEHOUSE_JWKS_URL: 'https://id.example/keys',
  GATEHOUSE_JWT_ISSUER: 'https://id.example',
  GATEHOUSE_JWT_AUDIENCE: 'gatehouse',
};

/** The names of all providers, as messages list them. */
export const PROVIDERS = registry.providers.map(({ name }) => name).join(', ');

/** Every variable, those of the providers included. */
export const variables = variablesByName(registry);

/** The configuration, with the providers that there are. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>) {
  return loadConfigWith(env, registry);
}

/** The lines of the message that name problems; none when the configuration is usable. */
export function problems(env: Environment): string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message).not.toContain(CANARY);
    const [first, ...lines] = error.message.split('\n');
    expect(first).toBe('The configuration cannot be used:');
    expect(lines.pop()).toBe('.env.example says what each variable means.');
    return lines.map((line) => line.replace(/^ {2}/, ''));
  }
}
