import { isJsonObject, type Json } from '../platform/validation/json.ts';

/** The value at a path of names, e.g. "user.externalId"; null where there is none. */
export function valueAt(value: Json, path: string): Json {
  return path
    .split('.')
    .reduce<Json>((found, name) => (isJsonObject(found) ? (found[name] ?? null) : null), value);
}

/** The text at a path; empty where there is none. */
export function textAt(value: Json, path: string): string {
  return textOf(valueAt(value, path));
}

/** A value as a person reads it: lists with commas, labels as key=value, anything else as JSON. */
export function textOf(value: Json): string {
  if (value === null) return '';
  if (typeof value === 'string') return harmless(value);
  if (typeof value !== 'object') return String(value);
  if (isJsonObject(value))
    return typeof value['key'] === 'string' && typeof value['value'] === 'string'
      ? harmless(`${value['key']}=${value['value']}`)
      : harmless(JSON.stringify(value));
  return value.map(textOf).join(', ');
}

/** Others have chosen these texts: no control character of theirs moves the cursor or begins a line. */
function harmless(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
