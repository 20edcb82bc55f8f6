import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json } from '../../src/platform/validation/json.ts';
import { flatDialect } from '../../src/providers/flat-dialect.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';

describe('nothing that upstream can say makes reading fail', () => {
  const anything: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 4 }).map((value) => {
    // What a socket would carry: fast-check's own type of JSON is its own.
    const json: Json = JSON.parse(JSON.stringify(value));
    return json;
  });
  const wireNames = [
    'auto',
    'function',
    'mcp',
    'server_vad',
    'semantic_vad',
    'audio/pcm',
    'pcm16',
    'text',
    'audio',
    'near_field',
    'inf',
    'realtime',
    'transcription',
    'translation',
  ];
  const hostile = fc.oneof(
    anything,
    fc.constantFrom<Json>(...wireNames),
    fc.constantFrom<Json>(...wireNames).map((type) => ({ type })),
  );
  const object = (keys: readonly string[], values: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    fc.dictionary(fc.constantFrom(...keys), values, { maxKeys: keys.length, noNullPrototype: true });
  const tool = object(
    [
      'type',
      'name',
      'description',
      'parameters',
      'server_label',
      'server_url',
      'connector_id',
      'authorization',
      'headers',
      'allowed_tools',
      'tool_names',
      'read_only',
      'require_approval',
      '__proto__',
    ],
    hostile,
  );
  const part = object(
    [
      'type',
      'threshold',
      'prefix_padding_ms',
      'silence_duration_ms',
      'idle_timeout_ms',
      'eagerness',
      'create_response',
      'strength',
      'rate',
      'model',
      'language',
      'languages',
      'keywords',
      'delay',
      'prompt',
    ],
    hostile,
  );
  const value = fc.oneof(hostile, fc.array(tool, { maxLength: 3 }), part);
  const audio = object(
    ['input', 'output'],
    object(['format', 'transcription', 'noise_reduction', 'turn_detection', 'voice', 'language'], value),
  );
  const fields = [
    'type',
    'id',
    'object',
    'model',
    'modalities',
    'output_modalities',
    'instructions',
    'voice',
    'input_audio_format',
    'output_audio_format',
    'input_audio_transcription',
    'turn_detection',
    'input_audio_noise_reduction',
    'tools',
    'tool_choice',
    'temperature',
    'max_output_tokens',
    'max_response_output_tokens',
    'output_language',
    'audio',
    '__proto__',
    'constructor',
  ];
  const session = object(fields, fc.oneof(value, audio));

  test.each([
    ['ga', gaDialect],
    ['flat', flatDialect],
  ])('%s', (_, dialect) => {
    const withSecret = fc.tuple(session, hostile, hostile).map(
      ([inner, expires_at, secretExpiry]): Json => ({
        ...(isJsonObject(inner) ? inner : {}),
        value: 'ek_1234567890',
        expires_at,
        client_secret: { value: 'ek_1234567890', expires_at: secretExpiry },
        session: inner,
      }),
    );
    const read = fc.property(
      fc.oneof(anything, object(['value', 'client_secret', 'session', 'expires_at'], hostile), withSecret),
      (answer) => {
        const result = dialect.readAnswer(answer);
        for (const field of Object.values(result?.answered ?? {})) expect(field).not.toBeUndefined();
        expect(Number.isNaN(result?.expiresAt?.getTime() ?? 0)).toBe(false);
        if (result?.answered.modalities)
          expect(['TEXT', 'AUDIO']).toEqual(expect.arrayContaining([...result.answered.modalities]));
      },
    );
    fc.assert(read, { numRuns: 600 });
  });
});
