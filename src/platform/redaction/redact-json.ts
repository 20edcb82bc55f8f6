import { isJsonObject, type Json, type JsonObject } from '../validation/json.ts';
import { memoize } from './memoize.ts';
import { REDACTED, redactText } from './redact-text.ts';
import type { Secret } from './secret.ts';
import { isSensitiveKey } from './sensitive-key.ts';

/**
 * The context of a value in a document, which decides what its keys mean. `headers`: HTTP headers, whose names stay and
 * whose values are replaced. `schema`: a JSON Schema. `names`: the properties of a schema, which may well be called
 * "password". `plain`: everywhere else.
 */
type KeyContext = 'plain' | 'headers' | 'schema' | 'names';

const PROPERTY_LISTS = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
]);
const EXAMPLES = new Set(['default', 'const', 'enum', 'example', 'examples']);

/**
 * A copy of `value` without credentials. Texts and keys go through redactText; the value of a key such as "password", or
 * of a header, is replaced whatever it looks like. Everything else stays, in its order. Any depth is accepted, and
 * redacting twice changes nothing more.
 */
export function redactJson(value: Json, secrets: readonly Secret[] = []): Json {
  return redactFrom('plain', value, secrets);
}

/** As redactJson, for a JSON Schema: properties called "password" stay described. */
export function redactSchema(schema: Json, secrets: readonly Secret[] = []): Json {
  return redactFrom('schema', schema, secrets);
}

// A list of what is still to be copied, instead of recursion: JSON.parse accepts documents that are nested more deeply
// than the stack allows.
function redactFrom(start: KeyContext, value: Json, secrets: readonly Secret[]): Json {
  const pending: (() => void)[] = [];

  function copy(source: Json, context: KeyContext): Json {
    if (typeof source === 'string') return redactText(source, secrets);
    if (typeof source !== 'object' || source === null) return source;
    return isJsonObject(source) ? copyObject(source, context) : copyArray(source, context);
  }

  function copyArray(source: readonly Json[], context: KeyContext): Json {
    const items: Json[] = [];
    pending.push(() => {
      for (const item of source)
        items.push(context === 'headers' && isLeaf(item) ? REDACTED : copy(item, context));
    });
    return items;
  }

  function copyObject(source: JsonObject, context: KeyContext): Json {
    const object: Record<string, Json> = {};
    pending.push(() => {
      const rename = distinctly((key) => redactKey(key, secrets));
      for (const [key, child] of Object.entries(source)) {
        const inner = contextOf(child, key, context);
        define(object, rename(key), inner === null ? REDACTED : copy(child, inner));
      }
    });
    return object;
  }

  const result = copy(value, start);
  for (let fill = pending.pop(); fill !== undefined; fill = pending.pop()) fill();
  return result;
}

/** The context of the value of `key`, or null when the value is replaced. */
function contextOf(value: Json, key: string, parent: KeyContext): KeyContext | null {
  if (value === null) return 'plain';
  if (parent === 'headers') return null;
  const sensitive = isSensitiveKey(key) && typeof value !== 'boolean';
  if (parent === 'names') return sensitive && isLeaf(value) ? null : 'schema';
  if (parent === 'schema') return sensitive && isLeaf(value) ? null : contextUnderKeyword(key);
  if (sensitive) return null;
  if (namesHeaders(key)) return 'headers';
  return key === 'parameters' && isSchema(value) ? 'schema' : 'plain';
}

const namesHeaders = memoize((key) => /headers$/i.test(key));

function contextUnderKeyword(key: string): KeyContext {
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

function redactKey(key: string, secrets: readonly Secret[]): string {
  return secrets.some((secret) => secret.occursIn(key)) ? redactText(key, secrets) : redactName(key);
}

/** Renames keys to distinct names: two keys that were credentials would otherwise become one, and a value would be lost. */
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

/** Sets a field. A plain assignment of "__proto__" would change the prototype instead. */
function define(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
