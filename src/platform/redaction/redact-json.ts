import { isJsonObject, type Json, type JsonObject } from '../validation/json.ts';
import { noSecrets, type RemoveSecrets } from './known-secrets.ts';
import { memoize } from './memoize.ts';
import { redactText, redactUrl } from './redact-text.ts';
import { REDACTED } from './redacted.ts';
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
export function redactJson(value: Json, removeSecrets: RemoveSecrets = noSecrets): Json {
  return redactFrom('plain', value, removeSecrets);
}

/** As redactJson, for a JSON Schema: properties called "password" stay described. */
export function redactSchema(schema: Json, removeSecrets: RemoveSecrets = noSecrets): Json {
  return redactFrom('schema', schema, removeSecrets);
}

// A list of what is still to be copied, instead of recursion: JSON.parse accepts documents that are nested more deeply
// than the stack allows.
function redactFrom(start: KeyContext, value: Json, removeSecrets: RemoveSecrets): Json {
  const pending: (() => void)[] = [];

  function copy(source: Json, context: KeyContext): Json {
    if (typeof source === 'string') return redactText(source, removeSecrets);
    if (typeof source !== 'object' || source === null) return source;
    return isJsonObject(source) ? copyObject(source, context) : copyArray(source, context);
  }

  function copyField(key: string, child: Json, context: KeyContext): Json {
    const inner = contextOf(child, key, context);
    if (inner === null) return REDACTED;
    if (inner === 'plain' && typeof child === 'string' && namesMcpServer(key))
      return redactUrl(child, removeSecrets);
    return copy(child, inner);
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
      const rename = distinctly((key) => redactKey(key, removeSecrets), object);
      for (const key of Object.keys(source))
        define(object, rename(key), copyField(key, source[key] ?? null, context));
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
  const sensitive = isSensitiveKey(key) && typeof value !== 'boolean' && !isCount(value, key);
  if (parent === 'names') return sensitive && isLeaf(value) ? null : 'schema';
  if (parent === 'schema') return sensitive && isLeaf(value) ? null : contextUnderKeyword(key);
  if (sensitive) return null;
  if (namesHeaders(key)) return 'headers';
  return key === 'parameters' && isSchema(value) ? 'schema' : 'plain';
}

/** A field as upstream calls it. It is redacted as McpTool.serverUrl is. */
const namesMcpServer = memoize((key) => /^server_?url$/i.test(key));

const namesHeaders = memoize((key) => /headers$/i.test(key));

/** session_tokens is the name of tokens, or of their number. */
function isCount(value: Json, key: string): boolean {
  return typeof value === 'number' && /tokens$/i.test(key);
}

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

function redactKey(key: string, removeSecrets: RemoveSecrets): string {
  return removeSecrets(key) === key ? redactName(key) : redactText(key, removeSecrets);
}

/**
 * Renames keys to names that `object` does not have yet: two keys that were credentials would otherwise become one, and a
 * value would be lost.
 */
function distinctly(rename: (key: string) => string, object: object): (key: string) => string {
  // Few objects have such keys.
  let last: Map<string, number> | undefined;
  return (key) => {
    const wanted = rename(key);
    let name = wanted;
    while (Object.hasOwn(object, name)) {
      last ??= new Map();
      const number = (last.get(wanted) ?? 1) + 1;
      last.set(wanted, number);
      name = `${wanted} ${number}`;
    }
    return name;
  };
}

/** Sets a field. A plain assignment of "__proto__" would change the prototype instead. */
function define(object: Record<string, Json>, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
}
