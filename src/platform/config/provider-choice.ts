import { z } from 'zod';
import { list } from './schemas.ts';
import { nameOf, type Problem, type Variables, variable } from './variable.ts';

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

const PROVIDER = 'GATEHOUSE_PROVIDER';
const PROVIDERS = 'GATEHOUSE_PROVIDERS';
const MODEL_PROVIDERS = 'GATEHOUSE_MODEL_PROVIDERS';

/** The variables that name providers. */
export function providerVariables({ providers }: ProviderRegistry) {
  const names = providers.map(({ name }) => name);
  const anyOf = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  const defaults = keyed(providers).map(({ name, needs }) => `${name} when ${namesOf(needs)} is set`);
  const listOfNames = z
    .string()
    .transform(list)
    .refine(
      (chosen) => chosen.every((name) => names.includes(name)) && new Set(chosen).size === chosen.length,
      `must be a comma-separated list out of ${names.join(', ')}, each at most once`,
    );
  return {
    provider: variable(
      PROVIDER,
      z.enum(names, `must be ${anyOf}`).optional(),
      `Who mints. Default: ${defaults.join(', else ')}, else ${keyless(providers)?.name} when embedded, else an error.`,
    ),
    providers: variable(
      PROVIDERS,
      listOfNames.optional(),
      'Several providers at once, comma-separated, instead of GATEHOUSE_PROVIDER: the first mints where neither the input nor the model names one.',
    ),
    modelProviders: variable(
      MODEL_PROVIDERS,
      z
        .string()
        .transform((value, context) => parseBindings(value, names, context))
        .optional(),
      'Models that are minted at another provider than the first, comma-separated: model=provider. An input that names a provider goes there all the same.',
    ),
    allowedProviders: variable(
      'GATEHOUSE_ALLOWED_PROVIDERS',
      listOfNames.optional(),
      'Default policy: providers that may be used, comma-separated. Default: any.',
    ),
  };
}

/** Providers by the model that is bound to them. Problems name an entry by its number: values are never repeated. */
function parseBindings(
  value: string,
  names: readonly string[],
  context: z.RefinementCtx,
): ReadonlyMap<string, string> {
  const bindings = new Map<string, string>();
  for (const [index, entry] of list(value).entries()) {
    // The last one: a model's name may have the character, a provider's has not.
    const sign = entry.lastIndexOf('=');
    const model = entry.slice(0, Math.max(sign, 0)).trim();
    const provider = entry.slice(sign + 1).trim();
    if (model === '' || !names.includes(provider))
      context.addIssue(
        `entry ${index + 1} must be model=provider, with a provider out of ${names.join(', ')}`,
      );
    else if (bindings.has(model))
      context.addIssue(`entry ${index + 1} binds a model that an earlier one binds`);
    else bindings.set(model, provider);
  }
  return bindings;
}

/**
 * The providers when the environment can be used: those that it names, else the first that has what it needs, else the
 * one that needs nothing. The first is the default.
 */
export function configuredProviders(registry: ProviderRegistry, env: Environment): readonly string[] {
  const { providers } = registry;
  const first = keyed(providers).find(({ needs }) => isComplete(needs, env)) ?? keyless(providers);
  return namedProviders(registry, env) ?? (first === undefined ? [] : [first.name]);
}

/** What is missing, or contradicts itself, in the choice of providers. Malformed values are reported elsewhere. */
export function problemsOfChoice(
  registry: ProviderRegistry,
  env: Environment,
  { embedded }: { readonly embedded: boolean },
): Problem[] {
  const problems: Problem[] = [];
  const named = namedProviders(registry, env);
  const one = providerVariables(registry).provider.safeParse(env[PROVIDER]).data;
  if (one !== undefined && named !== null && named.join() !== one) {
    const message = `names other providers than ${PROVIDER}: set only one of the two`;
    problems.push({ variable: PROVIDERS, message });
  }
  for (const entry of registry.providers)
    if (named?.includes(entry.name)) problems.push(...missingOf(entry, env));
  const unset = unsetOfAll(registry, env);
  const isNamed = env[PROVIDER] !== undefined || env[PROVIDERS] !== undefined;
  if (!embedded && !isNamed && unset !== null)
    problems.push({ variable: PROVIDER, message: `is needed with DATABASE_URL while ${unset}` });
  // While the names are malformed, nobody knows what is configured.
  if (!isNamed || named !== null) problems.push(...strayBindings(registry, env));
  return problems;
}

function missingOf({ name, needs, needsOneOf = [] }: ProviderEntry, env: Environment): Problem[] {
  const isUnset = (needed: z.ZodType) => env[nameOf(needed)] === undefined;
  const missing = needs.filter(isUnset).map(nameOf);
  if (needsOneOf.length > 0 && needsOneOf.every(isUnset)) missing.push(needsOneOf.map(nameOf).join(' or '));
  return missing.map((variable) => ({ variable, message: `is needed by the provider ${name}` }));
}

/** The models that are bound to a provider which is not configured. */
function strayBindings(registry: ProviderRegistry, env: Environment): Problem[] {
  const configured = configuredProviders(registry, env);
  const { modelProviders } = providerVariables(registry);
  const bindings = modelProviders.safeParse(env[MODEL_PROVIDERS]).data ?? new Map<string, string>();
  return [...bindings.values()].flatMap((bound, index) => {
    if (configured.includes(bound)) return [];
    const message = `entry ${index + 1} names the provider ${bound}, which is not configured (${configured.join(', ')})`;
    return [{ variable: MODEL_PROVIDERS, message }];
  });
}

/** The providers that are named by the environment; null when it names none, or malformed ones. */
function namedProviders(registry: ProviderRegistry, env: Environment): readonly string[] | null {
  const { provider, providers } = providerVariables(registry);
  const one = provider.safeParse(env[PROVIDER]).data;
  return providers.safeParse(env[PROVIDERS]).data ?? (one === undefined ? null : [one]);
}

/** Which variables are unset, when there is no provider that has what it needs; null when there is one. */
function unsetOfAll({ providers }: ProviderRegistry, env: Environment): string | null {
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
