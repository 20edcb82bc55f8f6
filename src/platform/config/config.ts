import { z } from 'zod';
import { foundationVariables } from './foundation-variables.ts';
import {
  configuredProviders,
  type ProviderRegistry,
  problemsOfChoice,
  providerVariables,
} from './provider-choice.ts';
import { httpUrl } from './schemas.ts';
import { servingVariables } from './serving-variables.ts';
import { arrange, byName, nameAt, nameOf, type Problem, type Variables } from './variable.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown when the environment cannot be used; the message names every problem, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Config = ReturnType<typeof resolve>;
/** The values of variables: those of a group in a nested object. */
export type Values<V extends Variables> = z.output<z.ZodObject<V>>;

/** What has to be set with DATABASE_URL: all that a gateway needs, or only these keys, for a command. */
export type Needs = 'gateway' | readonly ('fingerprintKeys' | 'auditKeys')[];

/**
 * Reads every variable of the operator's contract once. Empty values count as unset, because that is
 * what an env file's `NAME=` means. Values are never repeated in problems: they may be secrets.
 * @throws ConfigError naming all problems together
 */
export function loadConfig<Settings extends Variables>(
  environment: Environment,
  registry: ProviderRegistry<Settings>,
  needs: Needs = 'gateway',
): Config & Values<Settings> {
  const env = withProxies(
    Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')),
  );
  const foundation = read(foundationVariables, env);
  const choice = read(providerVariables(registry), env);
  const settings = read(registry.variables, env);
  const serving = read(servingVariables, env);
  const missing = needs === 'gateway' ? missingIn(env, registry) : missingKeys(env, needs);
  if (foundation.ok && choice.ok && settings.ok && serving.ok && missing.length === 0) {
    const { modelProviders = new Map<string, string>(), allowedProviders = null } = choice.values;
    const choices = { providers: configuredProviders(registry, env), modelProviders, allowedProviders };
    const config = resolve({ ...foundation.values, ...serving.values }, choices, unknownIn(env, registry));
    return { ...config, ...settings.values };
  }
  const problems = [foundation, choice, settings, serving].flatMap((part) => (part.ok ? [] : part.problems));
  throw new ConfigError(describeProblems([...problems, ...missing]));
}

/** Proxies are named in lower case as well, and that goes first, as everywhere. */
function withProxies(env: Environment): Environment {
  const {
    https_proxy = env['HTTPS_PROXY'],
    http_proxy = env['HTTP_PROXY'],
    no_proxy = env['NO_PROXY'],
  } = env;
  return { ...env, HTTPS_PROXY: https_proxy, HTTP_PROXY: http_proxy, NO_PROXY: no_proxy };
}

/** Every variable by name, in the order of .env.example. */
export function variablesByName(registry: ProviderRegistry): Record<string, z.ZodType> {
  return {
    ...byName(foundationVariables),
    ...byName(providerVariables(registry)),
    ...byName(registry.variables),
    ...byName(servingVariables),
  };
}

function read<V extends Variables>(
  variables: V,
  env: Environment,
): { ok: true; values: Values<V> } | { ok: false; problems: Problem[] } {
  const parsed = z.object(variables).safeParse(arrange(variables, env));
  if (parsed.success) return { ok: true, values: parsed.data };
  const problems = parsed.error.issues.map(({ path, message }) => ({
    variable: nameAt(variables, path),
    message,
  }));
  return { ok: false, problems };
}

/**
 * What is missing, or collides, in view of what else is set. Asks the environment itself, so that it is reported together
 * with malformed values.
 */
function missingIn(env: Environment, registry: ProviderRegistry): Problem[] {
  const problems: Problem[] = [];
  const isSet = (variable: z.ZodType) => env[nameOf(variable)] !== undefined;
  const need = (variable: z.ZodType, message: string) => {
    if (!isSet(variable)) problems.push({ variable: nameOf(variable), message });
  };
  const { rootKey, fingerprintKeys, auditKeys, port, managementPort } = foundationVariables;
  const { url, ownerUrl } = foundationVariables.database.shape;
  const { jwksUrl, issuer, audience } = foundationVariables.identityProvider.shape;
  if (isSet(url)) {
    need(rootKey, 'is needed with DATABASE_URL (openssl rand -base64 33)');
    need(fingerprintKeys, 'is needed with DATABASE_URL (openssl rand -base64 32)');
    need(auditKeys, 'is needed with DATABASE_URL (openssl rand -base64 32)');
  }
  problems.push(...problemsOfChoice(registry, env, { embedded: !isSet(url) }));
  if (isSet(jwksUrl) || isSet(issuer) || isSet(audience)) {
    // Without the issuer or the audience, tokens that were not made for this gateway would be accepted.
    for (const variable of [jwksUrl, issuer, audience])
      need(variable, 'is needed: tokens are accepted with all of GATEHOUSE_JWKS_URL, _ISSUER and _AUDIENCE');
  }
  const { oidcClientId } = servingVariables.console.shape;
  if (isSet(oidcClientId) && !isHttpUrl(env[nameOf(issuer)]))
    problems.push({
      variable: nameOf(issuer),
      message: `must be the issuer's http(s) URL with ${nameOf(oidcClientId)}`,
    });
  if (isSet(ownerUrl)) need(url, 'is needed beside DATABASE_OWNER_URL');
  // Compared with defaults, because PORT=4001 alone collides.
  const listening = port.safeParse(env[nameOf(port)]).data;
  if (
    listening !== undefined &&
    listening !== 0 &&
    listening === managementPort.safeParse(env[nameOf(managementPort)]).data
  )
    problems.push({ variable: nameOf(managementPort), message: 'must differ from PORT' });
  return problems;
}

/** The keys that a command needs. Without DATABASE_URL they are files of the data directory. */
function missingKeys(env: Environment, needs: Exclude<Needs, 'gateway'>): Problem[] {
  if (env[nameOf(foundationVariables.database.shape.url)] === undefined) return [];
  return needs
    .map((key) => nameOf(foundationVariables[key]))
    .filter((variable) => env[variable] === undefined)
    .map((variable) => ({
      variable,
      message: 'is needed with DATABASE_URL: the one that the gateways have',
    }));
}

function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ variable, message }) => `  ${variable} ${message}`);
  return `The configuration cannot be used:\n${lines.join('\n')}\n.env.example says what each variable means.`;
}

/** Set variables that look like ours and are unknown: a typing error would otherwise go unnoticed. */
function unknownIn(env: Environment, registry: ProviderRegistry): string[] {
  const known = variablesByName(registry);
  return Object.keys(env).filter((name) => name.startsWith('GATEHOUSE_') && !Object.hasOwn(known, name));
}

type Read = Values<typeof foundationVariables> & Values<typeof servingVariables>;
type Choices = {
  /** By name; the first is the default. */
  readonly providers: readonly string[];
  /** The provider that a model is minted at when the input names none, by model. */
  readonly modelProviders: ReadonlyMap<string, string>;
  readonly allowedProviders: readonly string[] | null;
};

/** The values as read, with the defaults that depend on other variables. */
function resolve(
  values: Read,
  { providers, modelProviders, allowedProviders }: Choices,
  unknown: readonly string[],
) {
  const { database, identityProvider, defaultPolicy, console } = values;
  const embedded = database.url === undefined;
  return {
    ...values,
    providers,
    modelProviders,
    database:
      database.url === undefined
        ? ({ kind: 'embedded' } as const)
        : ({ kind: 'external', url: database.url, ownerUrl: database.ownerUrl } as const),
    identityProvider: resolveIdentityProvider(identityProvider),
    defaultPolicy: {
      ...defaultPolicy,
      allowedModels: defaultPolicy.allowedModels ?? null,
      allowedProviders,
      monthlyBudgetUsd: defaultPolicy.monthlyBudgetUsd ?? null,
    },
    shutdownDelayMs: values.shutdownDelayMs ?? (embedded ? 0 : 5000),
    graphiql: values.graphiql ?? embedded,
    console: { ...console, serve: console.serve ?? (embedded ? ('if built' as const) : false) },
    introspection: values.introspection ?? embedded,
    unknown,
  };
}

function isHttpUrl(text: string | undefined): boolean {
  return httpUrl.safeParse(text).success;
}

/** Null: no tokens are accepted. */
function resolveIdentityProvider({ jwksUrl, issuer, audience, ...rules }: Read['identityProvider']) {
  if (jwksUrl === undefined || issuer === undefined || audience === undefined) return null;
  return { jwksUrl, issuer, audience, ...rules };
}
