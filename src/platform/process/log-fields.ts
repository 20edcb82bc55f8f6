import { redactJson } from '../redaction/redact-json.ts';
import { looksLikeCredential } from '../redaction/redact-text.ts';
import { isJsonObject, type Json, type JsonObject } from '../validation/json.ts';

/** What is logged of an error: names that our code and our libraries gave it, never prose. */
export type ErrorDescription = {
  readonly type: string;
  readonly code?: string | number;
  readonly kind?: string;
};

const MAX_DEPTH = 6;

const REDACTED = Symbol('redacted');

/**
 * The name, code and kind of whatever was thrown. Message, stack, cause and details may carry values and are left out.
 * Describing a description gives the same again.
 */
export function describeError(thrown: unknown): ErrorDescription {
  if (typeof thrown !== 'object' || thrown === null) return { type: typeof thrown };
  const name = thrown instanceof Error ? thrown.name : 'type' in thrown ? thrown.type : undefined;
  const code = 'code' in thrown ? thrown.code : undefined;
  const kind = 'kind' in thrown ? thrown.kind : undefined;
  return {
    type: isWord(name) ? name : 'Error',
    ...(isWord(code) || isInteger(code) ? { code } : {}),
    ...(isWord(kind) ? { kind } : {}),
  };
}

/**
 * Marks fields whose texts have been redacted already, so that neither describeFields nor the output filter does it again. Only for
 * lines whose message is written in the code.
 */
export function asRedacted(fields: Readonly<Record<string, string | number | null>>): JsonObject {
  return { ...fields, [REDACTED]: true };
}

export function isRedacted(fields: unknown): fields is JsonObject {
  return typeof fields === 'object' && fields !== null && REDACTED in fields;
}

/**
 * The fields that are logged of an object. Errors, and any field called `err`, are described; of objects only plain ones
 * are copied (a client or a request could hold a connection string); credentials are replaced.
 */
export function describeFields(fields: object): JsonObject {
  if (isRedacted(fields)) return fields;
  const { err, ...others }: { err?: unknown } = { ...fields };
  const named = err === undefined || err === null ? others : { ...others, err: describeError(err) };
  const described = redactJson(describeValue(isPlain(fields) ? named : fields, MAX_DEPTH) ?? null);
  return isJsonObject(described) ? described : { value: described };
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

/** Whether a code or a name is a short identifier, not prose. */
function isWord(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[A-Za-z0-9][\w.:/-]{0,63}$/.test(value) && !looksLikeCredential(value)
  );
}

function describeValue(value: unknown, depth: number): Json | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : describeObject(value, depth);
    default:
      return undefined;
  }
}

function describeObject(value: object, depth: number): Json | undefined {
  if (value instanceof Error) return describeError(value);
  if (depth === 0 || ArrayBuffer.isView(value)) return `[${nameOf(value)}]`;
  if (Array.isArray(value)) return value.map((item) => describeValue(item, depth - 1) ?? null);
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return describeValue(value.toJSON(), depth - 1);
  if (!isPlain(value)) return `[${nameOf(value)}]`;
  const entries = Object.entries(value).map(([key, item]) => [key, describeValue(item, depth - 1)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function nameOf(value: object): string {
  return typeof value.constructor === 'function' ? value.constructor.name : 'Object';
}
