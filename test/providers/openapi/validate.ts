import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type Json } from '../../../src/platform/validation/json.ts';

type SchemaName =
  | 'RealtimeCreateClientSecretRequest'
  | 'RealtimeCreateClientSecretResponse'
  | 'RealtimeTranslationClientSecretCreateRequest'
  | 'RealtimeTranslationClientSecretCreateResponse'
  | 'RealtimeSessionCreateRequest'
  | 'RealtimeSessionCreateResponse';

const document: Json = JSON.parse(readFileSync(new URL('realtime.json', import.meta.url), 'utf8'));
const asPublished = createValidator(document);
const closed = createValidator(close(document));

/** What the document has against an answer; empty when nothing. */
export function problemsOfAnswer(schema: SchemaName, answer: unknown): unknown[] {
  return problems(asPublished, schema, answer);
}

/** What OpenAI would have against a request: the document's rules, and no parameter that it does not list. */
export function problemsOfRequest(schema: SchemaName, request: unknown): unknown[] {
  return problems(closed, schema, request);
}

function createValidator(schema: Json): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addFormat('unixtime', { type: 'number', validate: Number.isSafeInteger });
  if (!isJsonObject(schema)) throw new Error('realtime.json is not an object');
  return ajv.addSchema(schema, 'openai');
}

function problems(ajv: Ajv2020, name: SchemaName, value: unknown): unknown[] {
  const validate = ajv.getSchema(`openai#/components/schemas/${name}`);
  if (validate === undefined) throw new Error(`No schema ${name}`);
  validate(value);
  return validate.errors ?? [];
}

/** Every object with listed properties has no others, unless it says so itself. */
function close(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(close);
  if (!isJsonObject(schema)) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  // A field may itself be called "properties": a schema has them as an object beside its type.
  const lists = schema['type'] === 'object' && isJsonObject(schema['properties']);
  return lists ? { additionalProperties: false, ...inside } : inside;
}
