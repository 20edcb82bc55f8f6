import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { secretRemover } from '../../src/platform/redaction/known-secrets.ts';
import { redactJson, redactSchema } from '../../src/platform/redaction/redact-json.ts';
import { Secret } from '../../src/platform/redaction/secret.ts';
import { isSensitiveKey } from '../../src/platform/redaction/sensitive-key.ts';
import { isJsonObject, type Json } from '../../src/platform/validation/json.ts';
import { textWithCanary } from '../support/credentials.ts';

describe('isSensitiveKey', () => {
  test.each([
    ...[
      'authorization',
      'Proxy-Authorization',
      'api_key',
      'apiKey',
      'X-API-Key',
      'apikey',
      'client_secret',
      'clientSecret',
    ],
    ...[
      'password',
      'dbPassword',
      'passwd',
      'secret',
      'secrets',
      'token',
      'access_token',
      'refreshToken',
      'id_token',
    ],
    ...[
      'x-amz-security-token',
      'Cookie',
      'set-cookie',
      'credential',
      'credentials',
      'private_key',
      'signature',
    ],
    ...[
      'aws_secret_access_key',
      'Ocp-Apim-Subscription-Key',
      'auth',
      'bearer',
      'ice-pwd',
      'access_tokens',
      'tunnel_id',
    ],
  ])('%s', (key) => {
    expect(isSensitiveKey(key)).toBe(true);
  });

  test.each([
    ...[
      'max_output_tokens',
      'token_limits',
      'input_tokens',
      'output_tokens',
      'total_tokens',
      'cached_tokens',
      'tokens',
    ],
    ...[
      'input_token_details',
      'secretary',
      'cookieless',
      'key',
      'public_key',
      'idempotency_key',
      'value',
      'author',
      '',
    ],
    ...['expires_at', 'model', 'voice', 'safety_identifier', 'passport'],
  ])('not %j', (key) => {
    expect(isSensitiveKey(key)).toBe(false);
  });
});

describe('redactJson', () => {
  test('replaces what stands under a sensitive key, whatever it looks like', () => {
    expect(
      redactJson({
        authorization: 'plain words',
        password: 1234,
        token: null,
        secret: true,
        credentials: { user: 'me', list: [1] },
        cookie: ['a', 'b'],
        deep: [{ more: { Api_Key: '' } }],
      }),
    ).toEqual({
      authorization: '[redacted]',
      password: '[redacted]',
      token: null,
      secret: true,
      credentials: '[redacted]',
      cookie: '[redacted]',
      deep: [{ more: { Api_Key: '[redacted]' } }],
    });
  });

  test('keeps a session as answered, except for its credentials', () => {
    const session = {
      id: 'sess_1',
      object: 'realtime.session',
      expires_at: 0,
      max_output_tokens: 4096,
      truncation: { type: 'retention_ratio', retention_ratio: 0.8, token_limits: { post_instructions: 100 } },
      audio: { input: { noise_reduction: null }, output: { speed: 1.25, voice: 'marin' } },
      tracing: { workflow_name: 'a', metadata: {} },
      include: [],
    };
    const tool = { type: 'mcp', server_label: 'crm', server_url: 'https://u:p@crm.example.com/sse?key=1' };
    expect(
      redactJson({
        ...session,
        client_secret: { value: 'ek_68af296e8e408191', expires_at: 1 },
        tools: [
          {
            ...tool,
            authorization: 'anything',
            headers: { 'X-Tenant': 'acme', 'X-Count': 1, 'X-None': null },
          },
        ],
        prompt: { id: 'p', variables: { note: 'the key is sk-abcdefghijkl' } },
      }),
    ).toEqual({
      ...session,
      client_secret: '[redacted]',
      tools: [
        {
          ...tool,
          server_url: 'https://[redacted]@crm.example.com/sse?[redacted]',
          authorization: '[redacted]',
          headers: { 'X-Tenant': '[redacted]', 'X-Count': '[redacted]', 'X-None': null },
        },
      ],
      prompt: { id: 'p', variables: { note: 'the key is [redacted]' } },
    });
  });

  test('keeps the names of headers and replaces every value, in every shape', () => {
    expect(redactJson({ Headers: { a: ['x'], b: { c: 'x' }, d: true } })).toEqual({
      Headers: { a: '[redacted]', b: '[redacted]', d: '[redacted]' },
    });
    expect(redactJson({ default_headers: [{ name: 'a', value: 'x' }, 'a: x'] })).toEqual({
      default_headers: [{ name: '[redacted]', value: '[redacted]' }, '[redacted]'],
    });
    expect(redactJson({ headers: 'none' })).toEqual({ headers: 'none' });
  });

  test('lets a function have parameters called password, and still replaces values', () => {
    const parameters = {
      type: 'object',
      properties: {
        password: { type: 'string', description: 'at least eight characters', default: 'x' },
        token: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        headers: { type: 'object', properties: { cookie: { type: 'string' } } },
      },
      required: ['password'],
      $defs: { secret: { type: 'string' } },
    };
    const tool = { type: 'function', name: 'sign_in', parameters };
    expect(redactJson({ tools: [tool] })).toEqual({ tools: [tool] });
    expect(redactSchema(parameters)).toEqual(parameters);

    expect(
      redactSchema({
        properties: {
          password: { default: 'use sk-abcdefgh', examples: [{ token: { nested: 'hidden' } }] },
          secret: 'not a schema',
          token: 5,
        },
      }),
    ).toEqual({
      properties: {
        password: { default: 'use [redacted]', examples: [{ token: '[redacted]' }] },
        secret: '[redacted]',
        token: '[redacted]',
      },
    });
    const loose = { type: 'object', token: { type: 'string' } };
    expect(redactSchema(loose)).toEqual(loose);
    // What is called parameters and is no schema gets no such licence.
    expect(redactJson({ parameters: { credentials: { user: 'me' } } })).toEqual({
      parameters: { credentials: '[redacted]' },
    });
  });

  test('replaces known values', () => {
    expect(
      redactJson({ echo: ['sent: hunter2-hunter2'] }, secretRemover([new Secret('hunter2-hunter2')])),
    ).toEqual({
      echo: ['sent: [redacted]'],
    });
  });

  test('redacts keys and loses no value when two become the same', () => {
    expect(redactJson({ 'sk-abcdefgh': 1, 'sk-ijklmnop': 2, '[redacted]': 3 })).toEqual({
      '[redacted]': 1,
      '[redacted] 2': 2,
      '[redacted] 3': 3,
    });
  });

  test('takes thousands of colliding keys in its stride', () => {
    const keys = Object.fromEntries(
      Array.from({ length: 20_000 }, (_, index) => [`sk-abcdefgh${index}`, index]),
    );
    const start = performance.now();
    expect(Object.keys(Object(redactJson(keys)))).toHaveLength(20_000);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test('keeps "__proto__" an ordinary key', () => {
    const redacted = redactJson(JSON.parse('{"__proto__":{"a":"sk-abcdefgh"},"b":1}'));
    expect(JSON.stringify(redacted)).toBe('{"__proto__":{"a":"[redacted]"},"b":1}');
    expect(Object.getPrototypeOf(redacted)).toBe(Object.prototype);
  });

  test('copies documents that are nested deeper than the stack', () => {
    const depth = 100_000;
    let value = redactJson(JSON.parse(`${'[{"a":'.repeat(depth)}"sk-abcdefgh"${'}]'.repeat(depth)}`));
    let levels = 0;
    for (; Array.isArray(value); levels++) value = isJsonObject(value[0]) ? (value[0]['a'] ?? null) : null;
    expect([levels, value]).toEqual([depth, '[redacted]']);
  });

  test('leaves its argument as it was', () => {
    const frozen = Object.freeze({ list: Object.freeze(['sk-abcdefgh']) });
    redactJson(frozen);
    expect(frozen).toEqual({ list: ['sk-abcdefgh'] });
  });

  test('no credential survives in any place of any document', () => {
    fc.assert(
      fc.property(documentWithCanaries, ({ document, secrets }) => {
        const text = JSON.stringify([redactJson(document), redactSchema(document)]);
        for (const secret of secrets) expect(text).not.toContain(secret);
      }),
      { numRuns: 300 },
    );
  });

  test('redacting twice changes nothing more', () => {
    fc.assert(
      fc.property(documentWithCanaries, ({ document }) => {
        const once = redactJson(document);
        expect(redactJson(once)).toEqual(once);
        const schema = redactSchema(document);
        expect(redactSchema(schema)).toEqual(schema);
      }),
    );
  });

  test('whatever is not replaced keeps its shape and its order', () => {
    fc.assert(
      fc.property(documentWithCanaries, ({ document }) => {
        expectSameShape(document, redactJson(document));
      }),
    );
  });

  test('a document without credentials is unchanged', () => {
    const harmless = fc.string({ unit: fc.constantFrom(...'abcdefghijklm \0\ud800é') });
    fc.assert(
      fc.property(json(harmless, harmless), (document) => {
        expect(redactJson(document)).toEqual(document);
      }),
    );
  });
});

function json(text: fc.Arbitrary<string>, key: fc.Arbitrary<string>): fc.Arbitrary<Json> {
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.oneof(text, fc.constant(null), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([name]) => name })
        .map((entries) => Object.fromEntries(entries)),
    ),
  }));
  return value;
}

const keys = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'headers',
    'password',
    'parameters',
    'properties',
    'type',
    'default',
    'token',
  ),
);

/** Credentials in values and in keys. */
const documentWithCanaries = fc.array(textWithCanary, { minLength: 1, maxLength: 5 }).chain((canaries) => {
  const text = fc.constantFrom(...canaries.map((canary) => canary.text));
  const document = json(fc.oneof(fc.string(), text), fc.oneof({ arbitrary: keys, weight: 4 }, text));
  return document.map((inner) => ({ document: inner, secrets: canaries.map((canary) => canary.secret) }));
});

function expectSameShape(before: Json, after: Json): void {
  if (after === '[redacted]') return;
  if (Array.isArray(before)) {
    if (!Array.isArray(after)) throw new Error('an array became something else');
    expect(after).toHaveLength(before.length);
    before.forEach((item, index) => {
      expectSameShape(item, after[index]);
    });
  } else if (isJsonObject(before)) {
    if (!isJsonObject(after)) throw new Error('an object became something else');
    const values = Object.values(after);
    expect(values).toHaveLength(Object.keys(before).length);
    Object.values(before).forEach((value, index) => {
      expectSameShape(value, values[index] ?? null);
    });
  } else {
    expect(typeof after).toBe(typeof before);
    if (typeof before !== 'string') expect(after).toBe(before);
  }
}
