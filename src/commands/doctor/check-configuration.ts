import { type Config, ConfigError } from '../../platform/config/config.ts';
import { readConfig } from '../../platform/config/read-config.ts';
import { type ProviderSettings, registry } from '../../providers/registry.ts';
import { type Check, fail, failed, ok, warn } from './check.ts';

const NAME = 'configuration';

/** Reads the variables as a gateway does. Null: they are so wrong that nothing else can be looked at. */
export function checkConfiguration(): {
  readonly config: (Config & ProviderSettings) | null;
  readonly checks: readonly Check[];
} {
  try {
    const config = readConfig(registry);
    const unknown = config.unknown.map((variable) =>
      warn(NAME, `${variable} is set, and this version does not know it.`, 'See .env.example, or unset it.'),
    );
    return { config, checks: unknown.length > 0 ? unknown : [ok(NAME, describe(config))] };
  } catch (error) {
    return { config: readWithoutNeeds(), checks: [problems(error)] };
  }
}

/** What can be read for a command may still do for looking at the database. */
function readWithoutNeeds(): (Config & ProviderSettings) | null {
  try {
    return readConfig(registry, []);
  } catch {
    return null;
  }
}

/** All problems in one line. */
function problems(error: unknown): Check {
  if (!(error instanceof ConfigError)) return failed(NAME, error);
  const [, ...lines] = error.message.split('\n').map((line) => line.trim());
  return fail(NAME, `${lines.slice(0, -1).join('; ')}.`, lines.at(-1) ?? null);
}

function describe({ database, providers }: Config): string {
  const where = database.kind === 'embedded' ? 'embedded PostgreSQL' : 'DATABASE_URL';
  return `valid: ${where}, ${providers.length === 1 ? 'provider' : 'providers'} ${providers.join(', ')}.`;
}
