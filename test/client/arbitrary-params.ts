import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';

// Anything that OpenAI's document allows as the body of a request for a client secret.

const DOCUMENT = join(import.meta.dirname, '../providers/openapi/realtime.json');
const { schemas } = JSON.parse(readFileSync(DOCUMENT, 'utf8')).components;

type Body = 'RealtimeCreateClientSecretRequest' | 'RealtimeTranslationClientSecretCreateRequest';

/** A body that is valid by the schema of this name. */
export function arbitraryBody(name: Body): fc.Arbitrary<Json> {
  return arbitraryOf(schemas[name]);
}

/** Every field of the schema of this name, e.g. "session.tools.*.name". */
export function fieldsOf(name: Body): ReadonlySet<string> {
  return new Set(fieldsBelow(schemas[name], []));
}

/** Every field that a value has, named in the same way. */
export function fieldsIn(value: Json, path: readonly string[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsIn(item, [...path, '*']));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([field, below]) => {
    const name = [...path, field];
    return [name.join('.'), ...fieldsIn(below ?? null, name)];
  });
}

const text = fc.stringMatching(/^[a-z]{1,8}$/);

function arbitraryOf(reference: JsonObject): fc.Arbitrary<Json> {
  const schema = resolved(reference);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) return fc.oneof(...choices.filter(isJsonObject).map(arbitraryOf));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...schema['enum']);
  if (schema['const'] !== undefined) return fc.constant(schema['const']);
  switch (schema['type']) {
    case 'object':
      return objectOf(schema);
    case 'array':
      return fc.array(arbitraryOf(schemaIn(schema, 'items')), {
        minLength: numberIn(schema, 'minItems', 0),
        maxLength: 3,
      });
    case 'integer':
      return fc.integer({ min: numberIn(schema, 'minimum', 0), max: numberIn(schema, 'maximum', 9999) });
    case 'number':
      return fc
        .integer({ min: numberIn(schema, 'minimum', 0) * 4, max: numberIn(schema, 'maximum', 9) * 4 })
        .map((quarters) => quarters / 4);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return text;
    default:
      return fc.constantFrom<Json>(1, 'a', { a: 1 });
  }
}

function objectOf(schema: JsonObject): fc.Arbitrary<Json> {
  const { properties, additionalProperties, required } = schema;
  if (isJsonObject(properties)) {
    const fields = Object.entries(properties).map(
      ([name, field]) => [name, arbitraryOf(schemaOf(field))] as const,
    );
    return fc.record(Object.fromEntries(fields), {
      requiredKeys: Array.isArray(required) ? required.map(String) : [],
      noNullPrototype: true,
    });
  }
  const value = isJsonObject(additionalProperties) ? arbitraryOf(additionalProperties) : text;
  return fc.dictionary(text, value, { maxKeys: 2, noNullPrototype: true });
}

function fieldsBelow(reference: JsonObject, path: readonly string[]): string[] {
  const schema = resolved(reference);
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices))
    return choices.filter(isJsonObject).flatMap((choice) => fieldsBelow(choice, path));
  if (isJsonObject(schema['items'])) return fieldsBelow(schema['items'], [...path, '*']);
  if (!isJsonObject(schema['properties'])) return [];
  return Object.entries(schema['properties']).flatMap(([field, below]) => {
    const name = [...path, field];
    return [name.join('.'), ...fieldsBelow(schemaOf(below), name)];
  });
}

function resolved(schema: JsonObject): JsonObject {
  const reference = schema['$ref'];
  return typeof reference === 'string' ? schemas[reference.slice(reference.lastIndexOf('/') + 1)] : schema;
}

function schemaIn(schema: JsonObject, field: string): JsonObject {
  return schemaOf(schema[field]);
}

function schemaOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function numberIn(schema: JsonObject, field: string, otherwise: number): number {
  const value = schema[field];
  return typeof value === 'number' ? value : otherwise;
}
