// The details of events in words. What has no words is shown as JSON.

import { choices, detailKeys, type Kind, nulls } from './detail-words.ts';

export type DetailValue =
  | { readonly kind: 'text' | 'code' | 'time' | 'usd'; readonly value: string }
  | { readonly kind: 'count'; readonly value: number; readonly unit?: string }
  | { readonly kind: 'codes'; readonly value: readonly string[] };

export type DetailRow = { readonly key: string; readonly label: string; readonly value: DetailValue };

type Json = Readonly<Record<string, unknown>>;

/** The words for a fixed value, e.g. of a quota; the value itself when it is another one. */
export function choiceName(value: string): string {
  return choices[value] ?? value;
}

/** The words for a key; the key itself when it is another one. */
export function labelOf(key: string): string {
  return detailKeys[key]?.[0] ?? key;
}

export type DescribedDetail = { readonly rows: readonly DetailRow[]; readonly rest: Json };

/** The known keys of a detail in words, in the order of this file, and the rest as it is. */
export function describeDetail(action: string, detail: Json): DescribedDetail {
  const rows: DetailRow[] = [];
  const rest: Record<string, unknown> = { ...detail };
  for (const [key, [label, kind]] of Object.entries(detailKeys)) {
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
  const changed = Object.keys(detailKeys).filter((key) => before[key] !== after[key]);
  return changed.map((key) => ({
    label: labelOf(key),
    before: shownOf(key, before),
    after: shownOf(key, after),
  }));
}

function shownOf(key: string, values: Json): DetailValue | null {
  const value = describe('usage.corrected', key, detailKeys[key]?.[1] ?? 'text', values[key]);
  return value === 'nothing' ? null : value;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
