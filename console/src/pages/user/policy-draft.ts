import {
  inheritedValue,
  type LimitName,
  type LimitValue,
  limits,
  type Overrides,
  type Policy,
  type PolicyLayers,
} from './policy.ts';

/** What the editor's fields hold: the text of a limit of the user's own; null: inherited. */
export type Draft = { readonly [K in LimitName]: string | null };

/** What is to be changed: a field that is absent stays, null returns to the inherited value. */
export type PolicyChanges = { readonly [K in keyof Policy]?: Policy[K] | null };

export function draftOf(own: Overrides): Draft {
  return {
    maxActiveSessions: textOf(own.maxActiveSessions),
    maxMintsPerMinute: textOf(own.maxMintsPerMinute),
    maxMintsPerDay: textOf(own.maxMintsPerDay),
    maxTtlSeconds: textOf(own.maxTtlSeconds),
    monthlyBudgetUsd: textOf(own.monthlyBudgetUsd),
    maxCallSeconds: textOf(own.maxCallSeconds),
    brokeredOnly: textOf(own.brokeredOnly),
    allowedModels: textOf(own.allowedModels),
    allowedProviders: textOf(own.allowedProviders),
  };
}

/** The text of a limit in its field. */
export function textOf(value: LimitValue): string | null {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join('\n') : String(value);
}

export type ParsedDraft = {
  readonly changes: PolicyChanges;
  /** What cannot even be sent, by the name of the limit. The server checks the rest. */
  readonly problems: ReadonlyMap<LimitName, string>;
};

export function parseDraft(draft: Draft, own: Overrides): ParsedDraft {
  const changes: { -readonly [K in keyof PolicyChanges]: PolicyChanges[K] } = {};
  const problems = new Map<LimitName, string>();
  const before = draftOf(own);

  function take<K extends LimitName>(name: K, parsed: ParsedText<NonNullable<Policy[K]>>) {
    if ('problem' in parsed) problems.set(name, parsed.problem);
    else if (textOf(parsed.value) !== before[name]) changes[name] = parsed.value;
  }

  for (const limit of limits) {
    const text = draft[limit.name];
    if (text === null) {
      if (own[limit.name] !== null) changes[limit.name] = null;
    } else if (limit.kind === 'count') take(limit.name, parseCount(text));
    else if (limit.kind === 'yes-no') take(limit.name, parseYesNo(text));
    else if (limit.kind === 'usd') take(limit.name, parseUsd(text));
    else take(limit.name, parseList(text));
  }
  return { changes, problems };
}

type ParsedText<T> = { readonly value: T } | { readonly problem: string };

function parseCount(text: string): ParsedText<number> {
  const digits = text.trim().replaceAll(',', '');
  return /^\d{1,9}$/.test(digits) ? { value: Number(digits) } : { problem: 'must be a whole number' };
}

function parseYesNo(text: string): ParsedText<boolean> {
  const word = text.trim().toLowerCase();
  return word === 'yes' || word === 'no' ? { value: word === 'yes' } : { problem: 'must be yes or no' };
}

function parseUsd(text: string): ParsedText<string> {
  const amount = text.trim().replace(/^\$/, '');
  return /^\d{1,64}(\.\d{1,64})?$/.test(amount)
    ? { value: amount }
    : { problem: 'must be US dollars with a point, e.g. 25.50' };
}

function parseList(text: string): ParsedText<readonly string[]> {
  const lines = text.split('\n').map((line) => line.trim());
  return { value: [...new Set(lines.filter((line) => line !== ''))] };
}

/** What would apply after the changes. */
export function policyAfter(layers: PolicyLayers, changes: PolicyChanges): Policy {
  const after = { ...layers.effective };
  function change<K extends LimitName>(name: K) {
    const value = changes[name];
    if (value === undefined) return;
    const inherited = value ?? inheritedValue(name, layers);
    if (inherited !== undefined) after[name] = inherited;
  }
  for (const { name } of limits) change(name);
  return after;
}
