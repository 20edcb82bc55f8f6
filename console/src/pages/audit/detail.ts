// The details of events in words. What this file does not know is shown as JSON.

export type DetailValue =
  | { readonly kind: 'text' | 'code' | 'time' | 'usd'; readonly value: string }
  | { readonly kind: 'count'; readonly value: number; readonly unit?: string }
  | { readonly kind: 'codes'; readonly value: readonly string[] };

export type DetailRow = { readonly key: string; readonly label: string; readonly value: DetailValue };

type Kind = DetailValue['kind'] | 'choice' | 'seconds' | 'yes-no';
type Known = readonly [label: string, kind: Kind];
type Json = Readonly<Record<string, unknown>>;

const everywhere: Readonly<Record<string, Known>> = {
  reason: ['Reason', 'text'],
  code: ['Code of the failure', 'code'],
  provider: ['Provider', 'code'],
  type: ['Type of session', 'choice'],
  model: ['Model', 'code'],
  expiresAfterSeconds: ['Lifetime asked for', 'seconds'],
  expiresAt: ['Expires', 'time'],
  suspendedAt: ['Suspended since', 'time'],
  fingerprint: ['Fingerprint of the secret', 'code'],
  fingerprintKeyId: ['Key of the fingerprint', 'code'],
  upstreamSessionId: ["Provider's session id", 'code'],
  upstreamStatus: ["Provider's HTTP status", 'count'],
  upstreamCode: ["Provider's error code", 'code'],
  upstreamParam: ['Field the provider complained of', 'code'],
  upstreamRequestId: ["Provider's request id", 'code'],
  retryAt: ['Worth trying again', 'time'],
  rule: ['Rule of the policy', 'choice'],
  allowed: ['Allowed', 'codes'],
  unpricedModels: ['Models without a price', 'codes'],
  quota: ['Quota', 'choice'],
  limit: ['Limit', 'count'],
  used: ['Used', 'count'],
  responseId: ["Provider's response id", 'code'],
  source: ['Reported by', 'choice'],
  at: ['Time of the use', 'time'],
  totalTokens: ['Tokens in all', 'count'],
  inputTextTokens: ['Input, text tokens', 'count'],
  inputAudioTokens: ['Input, audio tokens', 'count'],
  inputImageTokens: ['Input, image tokens', 'count'],
  cachedTextTokens: ['Cached, text tokens', 'count'],
  cachedAudioTokens: ['Cached, audio tokens', 'count'],
  cachedImageTokens: ['Cached, image tokens', 'count'],
  outputTextTokens: ['Output, text tokens', 'count'],
  outputAudioTokens: ['Output, audio tokens', 'count'],
  transcriptionSeconds: ['Transcription, seconds', 'text'],
  costUsd: ['Cost', 'usd'],
  estimated: ['Cost is an upper bound', 'yes-no'],
  counted: ['Counts', 'yes-no'],
  replaced: ['Replaced an earlier report', 'yes-no'],
  allowed_models: ['Allowed models', 'codes'],
  allowed_providers: ['Allowed providers', 'codes'],
  max_ttl_seconds: ['Longest lifetime of a secret', 'seconds'],
  max_active_sessions: ['Active sessions at most', 'count'],
  max_mints_per_minute: ['Sessions a minute at most', 'count'],
  max_mints_per_day: ['Sessions a day at most', 'count'],
  monthly_budget_usd: ['Monthly budget', 'usd'],
  applicationId: ['Application', 'code'],
  apiKeyId: ['API key', 'code'],
  name: ['Name', 'text'],
  lastFour: ['Last four characters', 'code'],
  scopes: ['Scopes', 'codes'],
  reach: ['Reach', 'choice'],
  fields: ['Fields that were refused', 'codes'],
  table: ['Table', 'code'],
  partition: ['Partition', 'code'],
  from: ['From', 'time'],
  to: ['To', 'time'],
  rows: ['Rows', 'count'],
  events: ['Events', 'count'],
  unsealed: ['Events without a seal', 'count'],
  sequences: ['Sequences', 'code'],
  batch: ['Last batch', 'count'],
  head: ['Head', 'code'],
  keyId: ['Signed with the key', 'code'],
  mac: ['Signature', 'code'],
};

/** What a null means where it does not mean that there is nothing to say. */
const nulls: Readonly<Record<string, string>> = {
  costUsd: 'unknown',
  expiresAt: 'never',
  reason: 'none was given, or it was erased',
};

const choices: Readonly<Record<string, string>> = {
  suspended: 'The user is suspended',
  policy: 'The policy does not allow it',
  quota: 'A quota was reached',
  forbidden: 'A scope was missing',
  ACTIVE_SESSIONS: 'active sessions',
  MINTS_PER_MINUTE: 'sessions a minute',
  MINTS_PER_DAY: 'sessions a day',
  MODEL: 'model',
  PROVIDER: 'provider',
  TTL: 'lifetime of the secret',
  BUDGET: 'monthly budget',
  APPLICATION: 'the application',
  CLIENT: 'the client of the user',
  REALTIME: 'conversation',
  TRANSCRIPTION: 'transcription',
  TRANSLATION: 'translation',
  OWN_APPLICATION: 'own application',
  EVERYTHING: 'everything',
};

/** The words for a fixed value, e.g. of a quota; the value itself when it is another one. */
export function choiceName(value: string): string {
  return choices[value] ?? value;
}

/** The words for a key; the key itself when it is another one. */
export function labelOf(key: string): string {
  return everywhere[key]?.[0] ?? key;
}

export type DescribedDetail = { readonly rows: readonly DetailRow[]; readonly rest: Json };

/** The known keys of a detail in words, in the order of this file, and the rest as it is. */
export function describeDetail(action: string, detail: Json): DescribedDetail {
  const rows: DetailRow[] = [];
  const rest: Record<string, unknown> = { ...detail };
  for (const [key, [label, kind]] of Object.entries(everywhere)) {
    if (!Object.hasOwn(detail, key)) continue;
    const value = describe(action, key, kind, detail[key]);
    if (value === null) continue;
    delete rest[key];
    if (value !== 'nothing') rows.push({ key, label, value });
  }
  return { rows, rest };
}

/** The value in words; null when it has another form than is known, and "nothing" when it says nothing. */
function describe(action: string, key: string, kind: Kind, value: unknown): DetailValue | 'nothing' | null {
  if (value === null) return nullInWords(action, key);
  if (kind === 'codes') return Array.isArray(value) ? { kind, value: value.map(String) } : null;
  if (typeof value === 'boolean')
    return kind === 'yes-no' ? { kind: 'text', value: value ? 'yes' : 'no' } : null;
  if (typeof value === 'number') return describeNumber(kind, value);
  return typeof value === 'string'
    ? describeText(key === 'reason' && action === 'session.denied' ? 'choice' : kind, value)
    : null;
}

function describeNumber(kind: Kind, value: number): DetailValue | null {
  if (kind === 'seconds') return { kind: 'count', value, unit: 's' };
  return kind === 'count' ? { kind, value } : null;
}

function describeText(kind: Kind, value: string): DetailValue | null {
  if (kind === 'choice') return { kind: 'text', value: choiceName(value) };
  return kind === 'text' || kind === 'code' || kind === 'time' || kind === 'usd' ? { kind, value } : null;
}

function nullInWords(action: string, key: string): DetailValue | 'nothing' {
  const words = action === 'policy.set' ? 'inherited again' : nulls[key];
  return words === undefined ? 'nothing' : { kind: 'text', value: words };
}

/** The values of a correction that differ, before and after. Null when the detail is none. */
export function describeCorrection(
  detail: Json,
): readonly { label: string; before: DetailValue | null; after: DetailValue | null }[] | null {
  const { before, after } = detail;
  if (!isObject(before) || !isObject(after)) return null;
  const changed = Object.keys(everywhere).filter((key) => before[key] !== after[key]);
  return changed.map((key) => ({
    label: labelOf(key),
    before: shownOf(key, before),
    after: shownOf(key, after),
  }));
}

function shownOf(key: string, values: Json): DetailValue | null {
  const value = describe('usage.corrected', key, everywhere[key]?.[1] ?? 'text', values[key]);
  return value === 'nothing' ? null : value;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
