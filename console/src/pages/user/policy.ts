/** The limits that apply. Null: no limit of that kind. */
export type Policy = {
  readonly allowedModels: readonly string[] | null;
  readonly allowedProviders: readonly string[] | null;
  readonly maxTtlSeconds: number;
  readonly maxActiveSessions: number;
  readonly maxMintsPerMinute: number;
  readonly maxMintsPerDay: number;
  readonly monthlyBudgetUsd: string | null;
  readonly maxCallSeconds: number;
  readonly brokeredOnly: boolean;
};

/** What is set for a user or an application itself. Null: inherited. */
export type Overrides = { readonly [K in keyof Policy]: Policy[K] | null };

export type LimitName = keyof Policy;
export type LimitValue = Policy[LimitName];

/** Whose limit applies. "inherited": the application's or the default, where the caller may not see which. */
export type Source = 'own' | 'application' | 'default' | 'inherited';

/** Whose own limits are set. */
export type Subject = { readonly kind: 'user' | 'application'; readonly id: string };

/** What the limits come from. Null: the caller may not see it. */
export type PolicyLayers = {
  /** The subject's own: the user's, or the application's when it is about an application. */
  readonly own: Overrides;
  readonly application: Overrides | null;
  readonly defaults: Policy | null;
  /** What applies now. */
  readonly effective: Policy;
};

export function sourceOf(name: LimitName, { own, application }: PolicyLayers): Source {
  if (own[name] !== null) return 'own';
  if (application === null) return 'inherited';
  return application[name] !== null ? 'application' : 'default';
}

/** What would apply if the subject had no limit of its own. Undefined: the caller may not see it. */
export function inheritedValue<K extends LimitName>(name: K, layers: PolicyLayers): Policy[K] | undefined {
  const { own, application, defaults, effective } = layers;
  if (own[name] === null) return effective[name];
  if (application === null) return undefined;
  return application[name] ?? defaults?.[name];
}

type Kind =
  | {
      readonly kind: 'count';
      readonly name:
        | 'maxActiveSessions'
        | 'maxMintsPerMinute'
        | 'maxMintsPerDay'
        | 'maxTtlSeconds'
        | 'maxCallSeconds';
    }
  | { readonly kind: 'yes-no'; readonly name: 'brokeredOnly' }
  | { readonly kind: 'usd'; readonly name: 'monthlyBudgetUsd' }
  | { readonly kind: 'list'; readonly name: 'allowedModels' | 'allowedProviders' };
export type Limit = Kind & { readonly label: string; readonly unit: string; readonly hint: string };

export const limits: readonly Limit[] = [
  {
    name: 'maxActiveSessions',
    label: 'Sessions at a time',
    kind: 'count',
    unit: 'sessions',
    hint: 'Those that are pending or whose secret has not expired. 0 to 1,000,000.',
  },
  {
    name: 'maxMintsPerMinute',
    label: 'New sessions in 60 seconds',
    kind: 'count',
    unit: 'sessions',
    hint: '0 to 1,000,000.',
  },
  {
    name: 'maxMintsPerDay',
    label: 'New sessions in 24 hours',
    kind: 'count',
    unit: 'sessions',
    hint: '0 to 1,000,000.',
  },
  {
    name: 'maxTtlSeconds',
    label: 'Longest lifetime of a secret',
    kind: 'count',
    unit: 'seconds',
    hint: '10 to 7,200 seconds.',
  },
  {
    name: 'brokeredOnly',
    label: 'Only brokered sessions',
    kind: 'yes-no',
    unit: 'yes or no',
    hint: 'yes: a direct session, whose secret is the provider’s own, is refused. Then every call can be ended.',
  },
  {
    name: 'maxCallSeconds',
    label: 'Longest call of a brokered session',
    kind: 'count',
    unit: 'seconds',
    hint: '10 to 3,600 seconds. Gatehouse hangs up then.',
  },
  {
    name: 'monthlyBudgetUsd',
    label: 'Budget of a calendar month (UTC)',
    kind: 'usd',
    unit: 'US dollars',
    hint: 'E.g. 25.50. Over all applications. 0 allows nothing.',
  },
  {
    name: 'allowedModels',
    label: 'Allowed models',
    kind: 'list',
    unit: 'models',
    hint: 'One in each line. None at all: no model is allowed.',
  },
  {
    name: 'allowedProviders',
    label: 'Allowed providers',
    kind: 'list',
    unit: 'providers',
    hint: 'One in each line, e.g. openai. None at all: no provider is allowed.',
  },
];

/** The limit as a text with its unit. */
export function formatLimit(name: LimitName, value: LimitValue): string {
  if (name === 'monthlyBudgetUsd')
    return value === null ? 'no budget' : `$${groupThousands(String(value))} a month`;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null) return name === 'allowedModels' ? 'all models' : 'all providers';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  return formatCountOf(name, Number(value));
}

function formatCountOf(name: LimitName, count: number): string {
  const unit = name === 'maxTtlSeconds' || name === 'maxCallSeconds' ? 'second' : 'session';
  return `${count.toLocaleString('en-US')} ${unit}${count === 1 ? '' : 's'}`;
}

/** "1234.5" → "1,234.50": exact, as the amounts elsewhere on the page. */
function groupThousands(usd: string): string {
  const [whole = '0', decimals = ''] = usd.split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${decimals.padEnd(2, '0')}`;
}
