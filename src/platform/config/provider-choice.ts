import { z } from 'zod';
import { nameOf, type Variables, variable } from './variable.ts';

/** What the configuration has to know of the providers: platform knows none of them by name. */
export type ProviderRegistry<Settings extends Variables = Variables> = {
  /** In the order in which the default is looked for. */
  readonly providers: readonly ProviderEntry[];
  /** The variables of all of them. */
  readonly variables: Settings;
};

type ProviderEntry = {
  readonly name: string;
  /** Variables without which it cannot be used. */
  readonly needs: readonly z.ZodType[];
  /** Of these at least one, too. */
  readonly needsOneOf?: readonly z.ZodType[];
  /** Whether it is never the default, even if all that it needs is set. */
  readonly onlyByName?: boolean;
};

type Environment = Readonly<Record<string, string | undefined>>;

export const PROVIDER = 'GATEHOUSE_PROVIDER';

/** The variable that names the provider. */
export function providerVariable({ providers }: ProviderRegistry) {
  const names = providers.map(({ name }) => name);
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  const defaults = keyed(providers).map(({ name, needs }) => `${name} when ${namesOf(needs)} is set`);
  return variable(
    PROVIDER,
    z.enum(names, `must be ${list}`).optional(),
    `Who mints. Default: ${defaults.join(', else ')}, else ${keyless(providers)?.name} when embedded, else an error.`,
  );
}

/** The provider when none is named: the first that has what it needs, else the one that needs nothing. */
export function defaultProvider({ providers }: ProviderRegistry, env: Environment): string | undefined {
  return (keyed(providers).find(({ needs }) => isComplete(needs, env)) ?? keyless(providers))?.name;
}

/** Which variables are unset, when there is no provider that has what it needs; null when there is one. */
export function unsetOfAll({ providers }: ProviderRegistry, env: Environment): string | null {
  const candidates = keyed(providers);
  if (candidates.some(({ needs }) => isComplete(needs, env))) return null;
  return candidates.map(({ needs }) => `${namesOf(needs)} is unset`).join(' and ');
}

/** The providers that need something, and are the default when it is set. */
function keyed(providers: readonly ProviderEntry[]): ProviderEntry[] {
  return providers.filter(({ needs, onlyByName }) => needs.length > 0 && onlyByName !== true);
}

function keyless(providers: readonly ProviderEntry[]): ProviderEntry | undefined {
  return providers.find(({ needs }) => needs.length === 0);
}

function namesOf(needs: readonly z.ZodType[]): string {
  return needs.map(nameOf).join(' with ');
}

function isComplete(needs: readonly z.ZodType[], env: Environment): boolean {
  return needs.every((needed) => env[nameOf(needed)] !== undefined);
}
