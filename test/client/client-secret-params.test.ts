import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientSecretParams, TranslationSecretParams } from '../../client/src/agents.ts';
import { toClientSecretParams, toCreateInput } from '../../client/src/agents.ts';
import { type CreateRealtimeSessionInput, GatehouseError } from '../../client/src/index.ts';
import { createInputSchema } from '../../src/issuing/create-input-schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';
import type { SessionRequest } from '../../src/sessions/session-config.ts';
import { arbitrarySession, arbitraryTtlSeconds } from '../support/arbitrary-session.ts';
import { toInput } from '../support/graphql-session.ts';
import { arbitraryBody, fieldsIn, fieldsOf } from './arbitrary-params.ts';

type Params = ClientSecretParams | TranslationSecretParams;

const input = fc
  .record({ session: arbitrarySession('ga'), expiresAfterSeconds: arbitraryTtlSeconds })
  .map(({ session, expiresAfterSeconds }) => ({ ...toInput(session), expiresAfterSeconds }));

describe('an input', () => {
  test('becomes what the gateway itself sends to OpenAI for it', () => {
    fc.assert(
      fc.property(input, (generated) => {
        expect(toClientSecretParams(generated)).toEqual(sentFor(generated));
      }),
      { numRuns: 300 },
    );
  });

  test('comes back as one that means the same', () => {
    fc.assert(
      fc.property(input, (generated) => {
        const params = toClientSecretParams(generated);
        const back = toCreateInput(params);
        expect(sentFor(back)).toEqual(sentFor(generated));
        // What has been written once is not changed again.
        expect(toClientSecretParams(back)).toEqual(params);
        expect(toCreateInput(toClientSecretParams(back))).toEqual(back);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each([
  ['RealtimeCreateClientSecretRequest', 2000],
  ['RealtimeTranslationClientSecretCreateRequest', 200],
] as const)('what OpenAI allows in a %s', (name, numRuns) => {
  /** What the input has no place for, or may only be as it stands in the comment. */
  const REFUSED: readonly string[] = [
    'session.tools.*.tunnel_id',
    'session.tools.*.allowed_callers',
    'session.tools.*.defer_loading',
    // A format and a noise reduction without a type, a function without a name.
    'session.audio.input.format.type',
    'session.audio.output.format.type',
    'session.audio.input.noise_reduction.type',
    'session.tools.*.name',
    // Only of audio/pcm, a custom voice's name, and true.
    'session.audio.output.voice.id',
    'session.tools.*.allowed_tools.read_only',
  ];

  test('is carried over whole, or refused by the names of its fields', () => {
    const carried = new Set<string>();
    const refused = new Set<string>();
    fc.assert(
      fc.property(arbitraryBody(name), fc.boolean(), (generated, isPlain) => {
        const body = isPlain ? withoutNoPlace(generated) : generated;
        const outcome = carry(body);
        if ('issues' in outcome) {
          for (const { path } of outcome.issues) refused.add(nameOf(path));
          return;
        }
        for (const field of fieldsIn(body)) carried.add(field);
        expect(outcome.params).toEqual(canonical(body));
      }),
      { numRuns },
    );
    expect([...refused].filter((field) => !REFUSED.includes(field))).toEqual([]);
    const documented = [...fieldsOf(name)].filter((field) => !REFUSED.includes(field));
    expect(documented.filter((field) => !carried.has(field))).toEqual([]);
  });
});

test.each([
  ['a field of tomorrow', { session: { type: 'realtime', mood: 'calm' } }, ['session.mood']],
  ['a part of tomorrow', { session: { type: 'realtime', audio: { inout: {} } } }, ['session.audio.inout']],
  ['a type of tomorrow', { session: { type: 'singing' } }, ['session.type']],
  [
    'a field of another type',
    { session: { model: 'gpt-realtime-translate', voice: 'marin' } },
    ['session.voice'],
  ],
  ['another anchor', { expires_after: { anchor: 'first_use', seconds: 60 } }, ['expires_after.anchor']],
  [
    'what is no object',
    { session: { type: 'realtime', audio: { input: { format: 'pcm16' } } } },
    ['session.audio.input.format'],
  ],
  [
    'all at once',
    {
      user: 'alice',
      session: { type: 'realtime', tools: [{ type: 'mcp', server_label: 'a', tunnel_id: 'b' }, {}] },
    },
    ['user', 'session.tools.*.tunnel_id', 'session.tools.*.name'],
  ],
])('%s is refused by name', (_, body, fields) => {
  const outcome = carry(body);
  expect('issues' in outcome && outcome.issues.map(({ path }) => nameOf(path))).toEqual(fields);
});

test.each<[string, CreateRealtimeSessionInput]>([
  ['externalUserId', { externalUserId: 'alice' }],
  ['idempotencyKey', { idempotencyKey: 'k1' }],
  ['provider', { provider: 'openai' }],
  ['labels', { labels: [] }],
  ['temperature', { temperature: 0.8 }],
  ['outputLanguage', { outputLanguage: 'es' }],
  ['voice', { type: 'TRANSCRIPTION', voice: 'marin' }],
  ['extra.speed', { type: 'TRANSCRIPTION', extra: { speed: 1 } }],
  ['extra.mood', { extra: { mood: 'calm' } }],
  ['extra.speed', { extra: { speed: 'fast' } }],
  ['model', { type: 'TRANSLATION' }],
  [
    'inputAudioTranscription.prompt',
    { type: 'TRANSLATION', model: 'm', inputAudioTranscription: { model: 'a', prompt: 'b' } },
  ],
  [
    'inputAudioTranscription.model',
    { type: 'TRANSCRIPTION', model: 'a', inputAudioTranscription: { model: 'b' } },
  ],
  ['tools.0.mcp.connectorId', { tools: [{ mcp: { serverLabel: 'a', connectorId: 'connector_fax' } }] }],
  ['toolChoice.name', { toolChoice: { mode: 'FUNCTION' } }],
])('%s of an input, for which OpenAI has no place, is refused', (field, given) => {
  expect(() => toClientSecretParams(given)).toThrow(new RegExp(`: ${field.replaceAll('.', '\\.')}$`));
});

test('parameters without a session, and an input without any field, are each other', () => {
  expect(toCreateInput({})).toEqual({});
  expect(toClientSecretParams({})).toEqual({});
});

/** What the gateway would send upstream. */
function sentFor(input: CreateRealtimeSessionInput): unknown {
  const { expiresAfterSeconds = 0, type = 'REALTIME', ...fields } = createInputSchema.parse(input);
  const model = fields.model ?? fields.inputAudioTranscription?.model ?? '';
  const request: SessionRequest = { ...fields, type, model, extra: fields.extra ?? {} };
  return withoutOff(JSON.parse(JSON.stringify(gaDialect.writeRequest(request, expiresAfterSeconds))));
}

/** OpenAI's types have no null for these two. Off is what they are when they are left out. */
function withoutOff(value: Json): Json {
  if (!isJsonObject(value)) return value;
  const fields = Object.entries(value)
    .filter(([name, field]) => field !== null || (name !== 'transcription' && name !== 'noise_reduction'))
    .map(([name, field]) => [name, withoutOff(field)] as const);
  return Object.fromEntries(
    fields.filter(([name, field]) => !/^(audio|input)$/.test(name) || JSON.stringify(field) !== '{}'),
  );
}

type Issues = NonNullable<GatehouseError['issues']>;

function carry(body: Json): { readonly params: Params } | { readonly issues: Issues } {
  try {
    // Whether the types fit those of OpenAI's SDK is tested where that is installed.
    const params: Params = JSON.parse(JSON.stringify(body));
    return { params: toClientSecretParams(toCreateInput(params)) };
  } catch (error) {
    if (!(error instanceof GatehouseError) || error.issues === undefined) throw error;
    return { issues: error.issues };
  }
}

/** So that more than a few bodies with tools are carried over. */
function withoutNoPlace(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNoPlace);
  if (!isJsonObject(value)) return value;
  const { tunnel_id: _t, allowed_callers: _a, defer_loading: _d, ...fields } = value;
  return Object.fromEntries(
    Object.entries(fields).map(([name, below]) => [name, withoutNoPlace(below ?? null)]),
  );
}

function nameOf(path: readonly string[]): string {
  return path.map((part) => (/^\d+$/.test(part) ? '*' : part)).join('.');
}

/** The one way of writing a body that means this: without what means the same when it is left out. */
function canonical(value: Json, path: readonly string[] = []): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => canonical(item, [...path, '*']) ?? null);
  const name = path.join('.');
  if (value === null && NULL_IS_ABSENT.test(name)) return undefined;
  if (!isJsonObject(value) || FREE.test(name)) return value;
  const fields = Object.entries(value).flatMap(([field, below]) => {
    const written = below === undefined ? undefined : canonical(below, [...path, field]);
    return written === undefined ? [] : [[field, written] as const];
  });
  if (fields.length === 0 && EMPTY_IS_ABSENT.test(name)) return undefined;
  return withDefaults(name, Object.fromEntries(fields));
}

function withDefaults(name: string, object: JsonObject): Json | undefined {
  if (name === 'expires_after')
    return object['seconds'] === undefined ? undefined : { ...object, anchor: 'created_at' };
  if (name.endsWith('.format') && object['type'] === 'audio/pcm') return { ...object, rate: 24_000 };
  if (name === 'session.tools.*') return { type: 'function', ...object };
  if (name.endsWith('.allowed_tools') && object['read_only'] === undefined) return object['tool_names'];
  return object;
}

const NULL_IS_ABSENT =
  /(transcription|noise_reduction|idle_timeout_ms|allowed_tools|allowed_callers|headers|require_approval|tool_choice\.name)$/;
const EMPTY_IS_ABSENT = /(audio|audio\.input|audio\.output|headers|allowed_tools)$/;
const FREE = /^session\.(prompt|reasoning|tracing|truncation)$|\.(parameters|require_approval)$/;
