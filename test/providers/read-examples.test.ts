import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';
import { flatDialect } from '../../src/providers/flat-dialect.ts';
import { gaDialect } from '../../src/providers/ga-dialect.ts';
import { problemsOfAnswer } from './openapi/validate.ts';

const examples: Json = JSON.parse(readFileSync(new URL('openapi/examples.json', import.meta.url), 'utf8'));

function example(name: string): JsonObject {
  const found = isJsonObject(examples) ? examples[name] : undefined;
  if (!isJsonObject(found)) throw new Error(`No example ${name}`);
  return found;
}

const mode = { name: null, serverLabel: null };

describe('the document’s own examples', () => {
  const gaExample = {
    secret: 'ek_68af296e8e408191a1120ab6383263c2',
    expiresAt: new Date('2025-08-27T16:01:10Z'),
    upstreamSessionId: 'sess_C9CiUVUzUzYIssh3ELY1d',
  };
  const gaAnswered = {
    type: 'REALTIME',
    modalities: ['AUDIO'],
    instructions: 'You are a friendly assistant.',
    voice: 'alloy',
    inputAudioFormat: 'PCM16',
    outputAudioFormat: 'PCM16',
    inputAudioTranscription: null,
    inputAudioNoiseReduction: null,
    tools: [],
    toolChoice: { mode: 'AUTO', ...mode },
    maxResponseOutputTokens: 'inf',
  };

  test('POST /realtime/client_secrets', () => {
    const answer = example('POST /realtime/client_secrets');
    expect(problemsOfAnswer('RealtimeCreateClientSecretResponse', answer)).toEqual([]);
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      ...gaExample,
      answered: { ...gaAnswered, model: 'gpt-realtime', turnDetection: { kind: 'SERVER_VAD' } },
      rawSession: answer['session'],
    });
  });

  test('RealtimeCreateClientSecretResponse', () => {
    const answer = example('RealtimeCreateClientSecretResponse');
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      ...gaExample,
      answered: {
        ...gaAnswered,
        model: 'gpt-realtime-2025-08-25',
        turnDetection: {
          kind: 'SERVER_VAD',
          threshold: 0.5,
          prefixPaddingMs: 300,
          silenceDurationMs: 200,
          idleTimeoutMs: null,
          createResponse: true,
          interruptResponse: true,
        },
      },
      rawSession: answer['session'],
    });
  });

  test('a transcription session, whose model is the transcription’s', () => {
    const session = example('RealtimeTranscriptionSessionCreateResponseGA');
    const answer = { value: 'ek_1234567890', expires_at: 1742188264, session };
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      secret: 'ek_1234567890',
      expiresAt: new Date('2025-03-17T05:11:04Z'),
      upstreamSessionId: 'sess_BBwZc7cFV3XizEyKGDCGL',
      answered: {
        type: 'TRANSCRIPTION',
        model: 'gpt-4o-transcribe',
        inputAudioFormat: 'PCM16',
        inputAudioTranscription: { model: 'gpt-4o-transcribe', language: null, prompt: null },
        turnDetection: {
          kind: 'SERVER_VAD',
          threshold: 0.5,
          prefixPaddingMs: 300,
          silenceDurationMs: 200,
        },
        inputAudioNoiseReduction: null,
      },
      rawSession: session,
    });
  });

  test('POST /realtime/translations/client_secrets', () => {
    const answer = example('POST /realtime/translations/client_secrets');
    expect(problemsOfAnswer('RealtimeTranslationClientSecretCreateResponse', answer)).toEqual([]);
    expect(gaDialect.readAnswer(answer)).toStrictEqual({
      ...gaExample,
      upstreamSessionId: 'sess_C9CiUVUzUzYIssh3ELY1d',
      answered: {
        type: 'TRANSLATION',
        model: 'gpt-realtime-translate',
        outputLanguage: 'es',
        inputAudioTranscription: { model: 'gpt-realtime-whisper' },
        inputAudioNoiseReduction: null,
      },
      rawSession: answer['session'],
    });
  });

  test('POST /realtime/sessions', () => {
    const answer = example('POST /realtime/sessions');
    expect(problemsOfAnswer('RealtimeSessionCreateResponse', answer)).toEqual([]);
    expect(flatDialect.readAnswer(answer)).toStrictEqual({
      secret: 'ek_abc123',
      expiresAt: new Date('2009-02-13T23:31:30Z'),
      upstreamSessionId: 'sess_001',
      answered: {
        model: 'gpt-realtime-2025-08-25',
        modalities: ['AUDIO', 'TEXT'],
        instructions: 'You are a friendly assistant.',
        voice: 'alloy',
        inputAudioFormat: 'PCM16',
        outputAudioFormat: 'PCM16',
        inputAudioTranscription: { model: 'whisper-1' },
        turnDetection: null,
        tools: [],
        toolChoice: { mode: 'NONE', ...mode },
        temperature: 0.7,
        maxResponseOutputTokens: 200,
      },
      rawSession: answer,
    });
  });
});
