import { isJsonObject, type Json, type JsonObject } from '../validation/json.ts';
import { memoize } from './memoize.ts';
import { REDACTED, redactText } from './redact-text.ts';
import type { Secret } from './secret.ts';
import { isSensitiveKey } from './sensitive-key.ts';

/**
 * Where in a document a value stands, which decides what its keys mean: `plain` anywhere; `headers`
 * among HTTP headers, whose names stay and whose values go; `schema` in a JSON Schema; `names` where a
 * schema lists properties, which may well be called "password".
 */
type Place = 'plain' | 'headers' | 'schema' | 'names';

const PROPERTY_LISTS = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
const EXAMPLES = new Set(['default', 'const', 'enum', 'example', 'examples']);

/**
 * A copy of `value` without credentials: text goes through redactText, keys as well, and what stands
 * under a key such as "password" or among "headers" is replaced whatever it looks like. Everything else
 * stays, in its order; any depth will do, and redacting twice changes nothing more.
 */
export function redactJson(value: Json, known: readonly Secret[] = []): Json {
  return redactFrom('plain', value, known);
}

/** As redactJson, for a JSON Schema: properties called "password" stay described. */
export function redactSchema(schema: Json, known: readonly Secret[] = []): Json {
  return redactFrom('schema', schema, known);
}

// A list of what is still to be copied instead of recursion: JSON.parse accepts documents that are
// nested deeper than the stack is.
function redactFrom(start: Place, value: Json, known: readonly Secret[]): Json {
  const pending: (() => void)[] = [];

  function copy(source: Json, place: Place): Json {
    if (typeof source === 'string') return redactText(source, known);
    if (typeof source !== 'object' || source === null) return source;
    return isJsonObject(source) ? copyObject(source, place) : copyArray(source, place);
  }

  function copyArray(source: readonly Json[], place: Place): Json {
    const items: Json[] = [];
    pending.push(() => {
      for (const item of source)
        items.push(place === 'headers' && isLeaf(item) ? REDACTED : copy(item, place));
    });
    return items;
  }

  function copyObject(source: JsonObject, place: Place): Json {
    const object: Record<string, Json> = {};
    pending.push(() => {
      const rename = distinctly((key) => redactKey(key, known));
      for (const [key, child] of Object.entries(source)) {
        const inside = placeOf(child, key, place);
        define(object, rename(key), inside === null ? REDACTED : copy(child, inside));
      }
    });
    return object;
  }

  const result = copy(value, start);
  for (let fill = pending.pop(); fill !== undefined; fill = pending.pop()) fill();
  return result;
}

/** Where a value stands that is found under `key`, or null when it is replaced. */
function placeOf(value: Json, key: string, parent: Place): Place | null {
  if (value === null) return 'plain';
  if (parent === 'headers') return null;
  const sensitive = isSensitiveKey(key) && typeof value !== 'boolean';
  if (parent === 'names') return sensitive && isLeaf(value) ? null : 'schema';
  if (parent === 'schema') return sensitive && isLeaf(value) ? null : placeUnderKeyword(key);
  if (sensitive) return null;
  if (namesHeaders(key)) return 'headers';
  return key === 'parameters' && isSchema(value) ? 'schema' : 'plain';
}

const namesHeaders = memoize((key) => /headers$/i.test(key));

function placeUnderKeyword(key: string): Place {
  if (PROPERTY_LISTS.has(key)) return 'names';
  return EXAMPLES.has(key) ? 'plain' : 'schema';
}

function isLeaf(value: Json): boolean {
  return typeof value !== 'object' && value !== null;
}

function isSchema(value: Json): boolean {
  return (
    isJsonObject(value) &&
    ['type', 'properties', '$ref', 'anyOf', 'oneOf', 'allOf'].some((key) => key in value)
  );
}

const redactName = memoize((name) => redactText(name));

function redactKey(key: string, known: readonly Secret[]): string {
  return known.some((secret) => secret.occursIn(key)) ? redactText(key, known) : redactName(key);
}

/** Gives no name twice: two keys that were credentials would otherwise become one, and a value be lost. */
function distinctly(rename: (key: string) => string): (key: string) => string {
  const taken = new Set<string>();
  const last = new Map<string, number>();
  return (key) => {
    const wanted = rename(key);
    let name = wanted;
    while (taken.has(name)) {
      const number = (last.get(wanted) ?? 1) + 1;
      last.set(wanted, number);
      name = `${wanted} ${number}`;
    }
    taken.add(name);
    return name;
  };
}

/** Assigning would take a key "__proto__" for the prototype. */
function define(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
