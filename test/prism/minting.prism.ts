import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SessionType } from '../../src/sessions/session-config.ts';
import { CREATE, READ } from '../support/documents.ts';
import { use, useDatabase, useGateway } from '../support/fixture.ts';
import { upstreamEnv } from '../support/gateway.ts';

const DOCUMENT = join(import.meta.dirname, 'openapi-realtime.yaml');
const PRISM = join(import.meta.dirname, 'node_modules/@stoplight/prism-cli/dist/index.js');

const prism = use(startPrism, ({ child }) => child.kill());
const database = useDatabase();
const gateway = useGateway(database, () => upstreamEnv(prism.baseUrl));

const LISTENING = {
  inputAudioFormat: 'PCM16',
  inputAudioTranscription: { model: 'gpt-4o-transcribe', language: 'de', prompt: 'Gatehouse' },
  turnDetection: { serverVad: { threshold: 0.4, prefixPaddingMs: 200, silenceDurationMs: 400 } },
  inputAudioNoiseReduction: { type: 'NEAR_FIELD' },
  extra: { include: ['item.input_audio_transcription.logprobs'] },
};

/** For each type of session, an input with all that it takes, and where it is minted. */
const MINTS = {
  REALTIME: {
    path: '/realtime/client_secrets',
    input: {
      ...LISTENING,
      modalities: ['AUDIO'],
      instructions: 'Be brief.',
      voice: 'voice_1234',
      outputAudioFormat: 'G711_ULAW',
      turnDetection: { semanticVad: { eagerness: 'LOW', createResponse: true } },
      tools: [
        { function: { name: 'weather', description: 'Tells it', parameters: { type: 'object' } } },
        {
          mcp: {
            serverLabel: 'crm',
            serverUrl: 'https://crm.example/mcp',
            authorization: 'a-token-0123456789',
            headers: [{ name: 'X-Tenant', value: 'tenant-0123456789' }],
            allowedTools: ['find'],
            requireApproval: 'never',
          },
        },
      ],
      toolChoice: { mode: 'FUNCTION', name: 'weather' },
      maxResponseOutputTokens: 4096,
      extra: {
        speed: 1.25,
        tracing: { workflow_name: 'support' },
        truncation: { type: 'retention_ratio', retention_ratio: 0.8 },
        reasoning: { effort: 'low' },
        parallel_tool_calls: false,
        prompt: { id: 'pmpt_1', version: '2', variables: { city: 'Lisbon' } },
      },
    },
  },
  TRANSCRIPTION: { path: '/realtime/client_secrets', input: { ...LISTENING, model: 'gpt-4o-transcribe' } },
  TRANSLATION: {
    path: '/realtime/translations/client_secrets',
    input: {
      outputLanguage: 'es',
      inputAudioTranscription: { model: 'gpt-realtime-whisper' },
      inputAudioNoiseReduction: { type: 'FAR_FIELD' },
    },
  },
} as const satisfies Record<SessionType, { readonly path: string; readonly input: object }>;

test.each(Object.entries(MINTS))('a %s session is minted, and reads back', async (type, { path, input }) => {
  const { body } = await gateway.ask(CREATE, {
    input: { externalUserId: 'alice', expiresAfterSeconds: 60, type, ...input },
  });
  const answer = exampleOf(path);
  expect(body.data.createRealtimeSession).toMatchObject({
    __typename: 'CreateRealtimeSessionSuccess',
    clientSecret: { value: answer.value },
    session: { type, upstreamSessionId: answer.session.id, upstreamConfig: answer.session },
  });
  const { session } = body.data.createRealtimeSession;
  const read = await gateway.ask(READ, { id: session.id });
  expect(read.body.data.realtimeSession).toEqual(session);
});

test.each([
  ['/realtime/client_secrets', { session: { type: 'realtime', audio: { output: { speed: 9 } } } }],
  ['/realtime/client_secrets', { session: { type: 'translation' } }],
  ['/realtime/client_secrets', { session: { type: 'transcription', audio: { input: { format: 'mp3' } } } }],
  ['/realtime/translations/client_secrets', { session: {} }],
  ['/realtime/translations/client_secrets', { expires_after: { seconds: 9 }, session: { model: 'm' } }],
])('Prism refuses what breaks the document: POST %s %j', async (path, body) => {
  const { status } = await fetch(prism.baseUrl + path, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-anything', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(status).toBe(400);
});

/** Prism on a free port, when it listens. */
async function startPrism() {
  const args = [PRISM, 'mock', '--errors', '--host', '127.0.0.1', '--port', '0', DOCUMENT];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const listening = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+$/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  const baseUrl = await Promise.race([listening, once(child, 'exit').then(() => null)]);
  if (baseUrl === null) throw new Error('Prism ended before it listened');
  return { child, baseUrl };
}

/** The answer that the document has as the example of a path, which Prism sends. */
function exampleOf(path: string) {
  const { paths } = parse(readFileSync(DOCUMENT, 'utf8'));
  return paths[path].post.responses['200'].content['application/json'].example;
}
